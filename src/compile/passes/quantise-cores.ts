/** Puts the weights of each core into what its memories can hold. */
import type { ChipFamily, CircuitModel, QuantisedWeights, Quantiser } from '../../chips/family.ts';
import { InvalidArgumentError } from '../../errors.ts';
import { fault, type Problem, problem } from '../../problems.ts';
import type { WeightedSynapses } from '../network.ts';

/** What became of the weights of some synapses, in the same order. */
export interface QuantisedList {
  /** Code of each weight; 0 if the weight is lost. */
  readonly codes: Uint8Array;
  /** What the codes stand for, with the sign of the weight. */
  readonly values: Float64Array;
}

/** A network whose cores have their own base currents. */
export interface QuantisedCores {
  /** Weights of each core: those of input channels, then those of neurons, as they stand in their lists. */
  readonly cores: readonly QuantisedWeights[];
  readonly input: QuantisedList;
  readonly recurrent: QuantisedList;
}

/** Lists what a quantiser of the user's own must not give. */
function quantisedProblems(
  found: unknown,
  count: number,
  bases: number,
  largestCode: number,
): Problem[] {
  const { base, codes, values } = (found ?? {}) as Readonly<Record<string, unknown>>;
  const currents: readonly unknown[] = Array.isArray(base) ? base : [];
  const positive = (value: unknown): boolean =>
    typeof value === 'number' && value >= 0 && Number.isFinite(value);
  const problems: Problem[] = [];
  if (currents.length !== bases || !currents.every(positive)) {
    problems.push(
      problem('base', 'out-of-range', base, `${bases} finite numbers of at least 0 are needed`),
    );
  }
  if (!(codes instanceof Uint8Array && values instanceof Float64Array)) {
    problems.push(fault('codes', 'wrong-type', 'codes are a Uint8Array, values a Float64Array'));
    return problems;
  }
  for (const [name, { length }] of Object.entries({ codes, values })) {
    if (length === count) continue;
    problems.push(problem(`${name}.length`, 'wrong-shape', length, `there are ${count} weights`));
  }
  const over = codes.findIndex((code) => code > largestCode);
  if (over >= 0) {
    problems.push(
      problem(`codes[${over}]`, 'out-of-range', codes[over], `codes are 0…${largestCode}`),
    );
  }
  return problems;
}

/** Indices of all weights by the core of the neuron that listens: core c has `starts[c] … starts[c + 1]`. */
export function byCore(
  input: WeightedSynapses,
  recurrent: WeightedSynapses,
  clusters: Uint32Array,
): { readonly starts: Uint32Array; readonly indices: Uint32Array } {
  const cores = clusters.reduce((max, cluster) => Math.max(max, cluster + 1), 0);
  const starts = new Uint32Array(cores + 1);
  const lists = [input.post, recurrent.post];
  for (const post of lists) {
    for (let i = 0; i < post.length; i++) {
      const after = clusters[post[i]!]! + 1;
      starts[after] = starts[after]! + 1;
    }
  }
  for (let c = 0; c < cores; c++) starts[c + 1] = starts[c + 1]! + starts[c]!;
  const next = starts.slice();
  const indices = new Uint32Array(input.post.length + recurrent.post.length);
  let index = 0;
  for (const post of lists) {
    for (let i = 0; i < post.length; i++) {
      const core = clusters[post[i]!]!;
      indices[next[core]!] = index++;
      next[core] = next[core]! + 1;
    }
  }
  return { starts, indices };
}

/** The weights of a network. */
interface Weights {
  readonly input: WeightedSynapses;
  readonly recurrent: WeightedSynapses;
  readonly parameters: { readonly model: CircuitModel };
}

/**
 * Puts the weights of each core into codes. A weight belongs to the core of the neuron that listens.
 *
 * @param clusters core of each neuron
 * @param quantiser the family's own if left out
 * @throws InvalidArgumentError if the quantiser gives what no chip can hold
 */
export function quantiseCores(
  { input, recurrent, parameters }: Weights,
  clusters: Uint32Array,
  family: Pick<ChipFamily, 'quantise' | 'largestCode' | 'bases'>,
  quantiser: Quantiser = (weights, _, synapses) => family.quantise(weights, { synapses }),
): QuantisedCores {
  const { starts, indices } = byCore(input, recurrent, clusters);
  const inputs = input.weight.length;
  const codes = new Uint8Array(indices.length);
  const values = new Float64Array(indices.length);
  const cores = Array.from({ length: starts.length - 1 }, (_, core) => {
    const own = indices.subarray(starts[core], starts[core + 1]);
    const asked = new Float64Array(own.length);
    const listeners = new Uint32Array(own.length);
    const dendrites = new Uint8Array(own.length);
    for (let k = 0; k < own.length; k++) {
      const [list, i] = own[k]! < inputs ? [input, own[k]!] : [recurrent, own[k]! - inputs];
      asked[k] = list.weight[i]!;
      listeners[k] = list.post[i]!;
      dendrites[k] = list.dendrite[i]!;
    }
    const found = quantiser(asked, core, { model: parameters.model, listeners, dendrites });
    const problems = quantisedProblems(found, own.length, family.bases, family.largestCode);
    if (problems.length > 0) {
      throw new InvalidArgumentError('this quantiser cannot be used', problems);
    }
    for (let k = 0; k < own.length; k++) {
      codes[own[k]!] = found.codes[k]!;
      values[own[k]!] = found.values[k]!;
    }
    return found;
  });
  return {
    cores,
    input: { codes: codes.subarray(0, inputs), values: values.subarray(0, inputs) },
    recurrent: { codes: codes.subarray(inputs), values: values.subarray(inputs) },
  };
}
