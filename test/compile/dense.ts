import type { Matrix, Pipeline } from 'spikeline';
import type { MergedPopulation, WeightedSynapses } from 'spikeline/chip';
import { mergeStages } from '#src/compile/front/merge';

/** Synapses as a matrix `[pre][post]`, or `[pre][dendrite·neurons + post]` of neurons with four dendrites. */
function matrixOf(
  { pre, post, dendrite, weight }: WeightedSynapses,
  rows: number,
  { neurons, parameters }: MergedPopulation,
): Matrix {
  const four = parameters.model === 'dynapSe2';
  const columns = (four ? 4 : 1) * neurons;
  const values = new Float64Array(rows * columns);
  for (const [i, row] of pre.entries()) {
    values[row * columns + (four ? dendrite[i]! * neurons : 0) + post[i]!] = weight[i]!;
  }
  return { rows, columns, values };
}

/** The weights of a merged population as matrices, for networks small enough. */
export function dense(merged: MergedPopulation): {
  readonly input: Matrix;
  readonly recurrent: Matrix;
} {
  const { input, recurrent, channels, neurons } = merged;
  return {
    input: matrixOf(input, channels, merged),
    recurrent: matrixOf(recurrent, neurons, merged),
  };
}

/** The weights of a pipeline, merged into one population. */
export function mergedMatrices(net: Pipeline): {
  readonly input: Matrix;
  readonly recurrent: Matrix;
} {
  return dense(mergeStages(net));
}
