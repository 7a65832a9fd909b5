/** The state of analog neurons, in the memory of the kernel and outside. */
import type { MembraneState } from '../neurons/state.ts';
import {
  type AnalogCoefficients,
  type SynapseOffsets,
  timerSeconds,
  timerSteps,
} from './coefficients.ts';
import { eachNeuron, floatsOf, type LaneMap } from './lanes.ts';
import * as layout from './layout.ts';
import type { SignalReader } from './model.ts';

/** Writes what `state` has for the neurons of `lanes` from float `base` on; `currents` are those of its synapses. */
export function writeState(
  out: Float32Array,
  base: number,
  c: AnalogCoefficients,
  lanes: LaneMap,
  first: number,
  state: MembraneState,
  currents: readonly Float64Array[],
): void {
  const { places, stateBytes } = c;
  eachNeuron(base, stateBytes, lanes, first, (at, n, from) => {
    const Io = c.darkCurrent[n]!;
    const put = (place: number, value: number): void => {
      out[at + floatsOf(place, lanes.width)] = value;
    };
    for (const [k, { current }] of places.entries()) put(current, currents[k]![from]! / Io);
    put(layout.IAHP, state.iahp[from]! / Io);
    put(layout.IMEM, state.imem[from]! / Io);
    put(layout.FEEDBACK, Math.exp(c.feedbackSlope[n]! * state.vmem[from]!));
    put(layout.MEMBRANE, Math.exp(state.vmem[from]! / c.voltScale[n]!));
    put(layout.IAHP_REST, state.iahp[from]! / Io - Math.fround(state.iahp[from]! / Io));
    put(layout.SPIKES, state.spikes[from]!);
    put(layout.TIMER, timerSteps(state.timerRef[from]!, c.dt));
  });
}

/** Reads what the vectors from float `base` on hold into `state`. */
export function readState(
  floats: Float32Array,
  base: number,
  c: AnalogCoefficients,
  lanes: LaneMap,
  first: number,
  state: MembraneState,
  currents: readonly Float64Array[],
): void {
  const { places, stateBytes } = c;
  eachNeuron(base, stateBytes, lanes, first, (at, n, to) => {
    const Io = c.darkCurrent[n]!;
    const get = (place: number): number => floats[at + floatsOf(place, lanes.width)]!;
    for (const [k, { current }] of places.entries()) currents[k]![to] = get(current) * Io;
    state.iahp[to] = (get(layout.IAHP) + get(layout.IAHP_REST)) * Io;
    state.imem[to] = get(layout.IMEM) * Io;
    state.vmem[to] = c.voltScale[n]! * Math.log(Math.max(get(layout.MEMBRANE), 1));
    state.spikes[to] = get(layout.SPIKES);
    state.timerRef[to] = timerSeconds(get(layout.TIMER), c.dt);
  });
}

/** What can be read of the state of analog neurons, whose synaptic currents have names. */
export function signalReaders(
  c: AnalogCoefficients,
  currentNames: readonly string[],
): Readonly<Record<string, SignalReader>> {
  const current =
    (place: number): SignalReader =>
    (floats, at, n, width) =>
      floats[at + floatsOf(place, width)]! * c.darkCurrent[n]!;
  const currents = c.places.map((place: SynapseOffsets, k) => [
    currentNames[k],
    current(place.current),
  ]);
  return {
    ...Object.fromEntries(currents),
    iahp: (floats, at, n, width) =>
      (floats[at + floatsOf(layout.IAHP, width)]! +
        floats[at + floatsOf(layout.IAHP_REST, width)]!) *
      c.darkCurrent[n]!,
    imem: current(layout.IMEM),
    vmem: (floats, at, n, width) =>
      c.voltScale[n]! * Math.log(Math.max(floats[at + floatsOf(layout.MEMBRANE, width)]!, 1)),
  };
}
