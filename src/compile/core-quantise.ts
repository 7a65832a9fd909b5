import { dendrites } from '../chips/dynapse2/configuration.ts';
import { chipLimits } from '../chips/dynapse2/limits.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import { dendriteOrder } from './dendrites.ts';
import { baseCount, type QuantisedWeights } from './quantise.ts';

/** Weights that are not zero, as a structure of arrays of the same length. */
export interface WeightList {
  /** Who sends: an input channel or a neuron. */
  readonly pre: Uint32Array;
  /** Neuron that listens. */
  readonly post: Uint32Array;
  /** Weight in units of `Iscale`. */
  readonly weight: Float64Array;
  /** Dendrite that is charged, as a value of `dendrites`. */
  readonly dendrite: Uint16Array;
}

/** Finds four base currents for the weights of a core, and a mask for each weight. */
export type Quantiser = (weights: ArrayLike<number>, core: number) => QuantisedWeights;

/** The same weights in four bits, in the same order. */
export interface QuantisedList {
  /** Masks, 0…15; 0 where the weight is lost. */
  readonly masks: Uint8Array;
  /** What the masks stand for, with the sign of the weight. */
  readonly values: Float64Array;
}

/** A network whose cores have their own base currents. */
export interface QuantisedCores {
  /** Weights of each core: those of input channels, then those of neurons, as they stand in their lists. */
  readonly cores: readonly QuantisedWeights[];
  readonly input: QuantisedList;
  readonly recurrent: QuantisedList;
}

/**
 * Lists the entries of a matrix `[pre][column]` that are not zero. With one column for each neuron, what is
 * above zero charges AMPA and what is below GABA; with four, the column says which dendrite it is.
 */
export function weightsOf({ rows, columns, values }: Matrix, neurons: number): WeightList {
  const lumped = columns === neurons;
  let count = 0;
  for (const value of values) if (value !== 0) count++;
  const pre = new Uint32Array(count);
  const post = new Uint32Array(count);
  const weight = new Float64Array(count);
  const dendrite = new Uint16Array(count);
  for (let row = 0, at = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const value = values[i]!;
      if (value === 0) continue;
      pre[at] = row;
      post[at] = column % neurons;
      const excites = value < 0 ? dendrites.gaba : dendrites.ampa;
      dendrite[at] = lumped ? excites : dendriteOrder[Math.floor(column / neurons)]!;
      weight[at++] = value;
    }
  }
  return { pre, post, weight, dendrite };
}

/** Refuses what a quantiser of the user's own must not give. */
function checkQuantised({ base, masks, values }: QuantisedWeights, count: number): void {
  const problems: string[] = [];
  if (base.length !== baseCount || !base.every((value) => value >= 0 && Number.isFinite(value))) {
    problems.push(
      `its bases are ${base.join(', ')}; ${baseCount} finite ones of at least 0 are needed`,
    );
  }
  if (masks.length !== count || values.length !== count) {
    problems.push(
      `it gives ${masks.length} masks and ${values.length} values for ${count} weights`,
    );
  }
  if (masks.some((mask) => mask > chipLimits.mask)) problems.push('it gives masks above 15');
  if (problems.length > 0)
    throw new InvalidArgumentError('this quantiser cannot be used', problems);
}

/**
 * Puts the weights of each core into four bits. A weight belongs to the core of the neuron that listens.
 *
 * @param clusters core of each neuron
 */
export function quantiseCores(
  input: WeightList,
  recurrent: WeightList,
  clusters: Uint32Array,
  quantiser: Quantiser,
): QuantisedCores {
  const inputs = input.weight.length;
  const count = inputs + recurrent.weight.length;
  const core = new Uint32Array(count);
  const weight = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const list = i < inputs ? input : recurrent;
    const at = i < inputs ? i : i - inputs;
    core[i] = clusters[list.post[at]!]!;
    weight[i] = list.weight[at]!;
  }
  const masks = new Uint8Array(count);
  const values = new Float64Array(count);
  const most = clusters.reduce((last, cluster) => Math.max(last, cluster), 0);
  const cores = Array.from({ length: most + 1 }, (_, own) => {
    const asked = weight.filter((_, i) => core[i] === own);
    const found = quantiser(asked, own);
    checkQuantised(found, asked.length);
    for (let i = 0, at = 0; i < count; i++) {
      if (core[i] !== own) continue;
      masks[i] = found.masks[at]!;
      values[i] = found.values[at++]!;
    }
    return found;
  });
  return {
    cores,
    input: { masks: masks.subarray(0, inputs), values: values.subarray(0, inputs) },
    recurrent: { masks: masks.subarray(inputs), values: values.subarray(inputs) },
  };
}
