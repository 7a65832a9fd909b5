import {
  type DynapSimParameters,
  type DynapSimParametersInput,
  dynapSimParameters,
} from '../src/neurons/dynap-sim/parameters.ts';
import { readFloats, readJson } from './files.ts';

interface ForwardCase {
  readonly N: number;
  readonly T: number;
  readonly dt: number;
  readonly Iscale: number;
  readonly has_rec: boolean;
  readonly restart_at: number | null;
  readonly params: DynapSimParametersInput;
  /** Absent if the file is no case. */
  readonly arrays?: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly offset_float64: number }>
  >;
  readonly final_state: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** What is traced of every neuron, under the names of the files. */
export type TraceName = 'spikes' | 'imem' | 'isyn' | 'iahp' | 'vmem';

/** A run of a population, step by step; lane b·neurons + n is neuron n of trial b. */
export interface Trace {
  readonly steps: number;
  readonly batch: number;
  /** Step, seconds. */
  readonly dt: number;
  readonly parameters: DynapSimParameters;
  readonly recurrent: Float64Array | undefined;
  /** Step before which the state goes to another instance, if at all. */
  readonly restartAt: number | null;
  /** State after the last step, under the names of the files. */
  readonly finalState: Readonly<Record<string, readonly number[]>>;
  /** Largest magnitude in the whole trace. */
  largest(key: TraceName): number;
  /** The weighted input of a step, one value per lane. */
  drive(step: number): Float64Array;
  /** What was there after a step, one value per lane. */
  after(step: number, key: TraceName): Float64Array;
}

/** Reads a trace; undefined if the file is none. */
export function readTrace(folder: string, name: string): Trace | undefined {
  const given = readJson<ForwardCase>(folder, 'forward', `${name}.json`);
  const { N, T, dt, Iscale, params, arrays } = given;
  if (arrays === undefined) return undefined;
  const floats = readFloats(folder, 'forward', `${name}.f64`);
  const array = (key: string): Float64Array => {
    const { shape, offset_float64: at } = arrays[key]!;
    return floats.subarray(at, at + shape.reduce((size, side) => size * side, 1));
  };
  const batch = arrays['spikes']!.shape[0]!;
  /** One step of an array that goes by trials first. */
  const stepOf = (values: Float64Array, t: number): Float64Array =>
    Float64Array.from({ length: batch * N }, (_, lane) => {
      const trial = Math.floor(lane / N);
      return values[(trial * T + t) * N + (lane % N)]!;
    });
  return {
    steps: T,
    batch,
    dt,
    parameters: dynapSimParameters({ ...params, Iscale }, N),
    recurrent: given.has_rec ? array('w_rec').slice() : undefined,
    restartAt: given.restart_at,
    finalState: Object.fromEntries(
      Object.entries(given.final_state).map(([key, rows]) => [key, rows.flat()]),
    ),
    largest: (key) => array(key).reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    drive: (step) => stepOf(array('ws_input'), step),
    after: (step, key) => stepOf(array(key), step),
  };
}
