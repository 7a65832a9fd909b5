/** Leaky integrators in NIR: LI, or CubaLI with a synapse. */

import type { LeakyParameters } from '../../neurons/li/parameters.ts';
import { listOf, nirList } from '../../nir/graph/arrays.ts';
import type {
  NirArray,
  NirCubaLi,
  NirCubaLif,
  NirLeakyIntegrator,
  NirLif,
} from '../../nir/graph/types.ts';
import type { NirNodeForm } from '../nir-form.ts';
import { type LeakyValues, type LiDefinition, type LiStage, li } from './definition.ts';

/** Where a membrane goes when nothing enters: its leak, and what always flows. */
function restOf({ leak, resistance, bias }: LeakyParameters): NirArray {
  const rest = (value: number, n: number): number =>
    bias[n] === 0 ? value : value + resistance[n]! * bias[n]!;
  return nirList(leak.map(rest));
}

/** The fields of a leaky membrane without a synapse. */
export function leakyFieldsOf(
  neurons: LeakyParameters,
): Pick<NirLeakyIntegrator, 'tau' | 'r' | 'v_leak'> {
  const { tauMem, resistance, inputWeight } = neurons;
  const r = resistance.map((value, n) => value * inputWeight[n]!);
  return { tau: nirList(tauMem), r: nirList(r), v_leak: restOf(neurons) };
}

/** The fields of a leaky membrane with a synapse. */
export function cubaFieldsOf(
  neurons: LeakyParameters,
  tauSyn: Float64Array,
): Pick<NirCubaLi, 'tau_syn' | 'tau_mem' | 'r' | 'v_leak' | 'w_in'> {
  return {
    tau_syn: nirList(tauSyn),
    tau_mem: nirList(neurons.tauMem),
    r: nirList(neurons.resistance),
    v_leak: restOf(neurons),
    w_in: nirList(neurons.inputWeight),
  };
}

/** The values of a leaky membrane of `size` neurons that a node gives. */
export function membraneOf(
  node: NirLeakyIntegrator | NirLif | NirCubaLi | NirCubaLif,
  size: number,
): LeakyValues {
  const list = (array: NirArray): number[] => listOf(array, size);
  const common = { resistance: list(node.r), leak: list(node.v_leak) };
  if (node.type === 'LI' || node.type === 'LIF') return { tauMem: list(node.tau), ...common };
  const { tau_mem, tau_syn, w_in } = node;
  return { tauMem: list(tau_mem), tauSyn: list(tau_syn), inputWeight: list(w_in), ...common };
}

/** Leaky integrators in NIR. */
export const liNir: NirNodeForm<NirLeakyIntegrator | NirCubaLi, LiDefinition, LiStage> = {
  form: 'node',
  types: ['LI', 'CubaLI'],
  definition: (node, { name, size, dt }) =>
    li({ name, neurons: size, dt, ...membraneOf(node, size) }),
  node: (neurons) =>
    neurons.tauSyn === undefined
      ? { type: 'LI', ...leakyFieldsOf(neurons) }
      : { type: 'CubaLI', ...cubaFieldsOf(neurons, neurons.tauSyn) },
};
