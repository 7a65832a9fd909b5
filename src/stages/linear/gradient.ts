/** Gradients of linear stages. */
import type { SparseSpikes } from '../../neurons/learner.ts';
import {
  type Activations,
  type GradientContext,
  type GradientStage,
  newActivations,
} from '../gradient-stage.ts';
import type { LinearStage } from './definition.ts';

/** Puts the bias on every row from `from` up to `to`, or zeros. */
function start(
  values: Float64Array,
  { bias, channelsOut }: LinearStage,
  from: number,
  to: number,
): void {
  if (bias === undefined) values.fill(0, from * channelsOut, to * channelsOut);
  else for (let row = from; row < to; row++) values.set(bias, row * channelsOut);
}

/** A linear stage on the input spikes, which are sparse and the same in every epoch. */
function sparseGradient(
  stage: LinearStage,
  { starts, columns, counts }: SparseSpikes,
  { steps, trials, weights, weightGradient: gradient }: GradientContext,
): GradientStage {
  const width = stage.channelsOut;
  const output = newActivations(steps * trials * width);
  return {
    output,
    forward(from, to) {
      start(output.values, stage, from * trials, to * trials);
      for (let row = from * trials, base = row * width; row < to * trials; row++, base += width) {
        for (let k = starts[row]!; k < starts[row + 1]!; k++) {
          const count = counts[k]!;
          for (let j = 0, w = columns[k]! * width; j < width; j++, w++) {
            output.values[base + j] = output.values[base + j]! + count * weights[w]!;
          }
        }
      }
    },
    backward(from, to) {
      for (let row = from * trials, base = row * width; row < to * trials; row++, base += width) {
        for (let k = starts[row]!; k < starts[row + 1]!; k++) {
          const count = counts[k]!;
          for (let j = 0, w = columns[k]! * width; j < width; j++, w++) {
            gradient[w] = gradient[w]! + count * output.gradient[base + j]!;
          }
        }
      }
    },
  };
}

/** A linear stage after another, or on sparse input. */
export function linearGradient(
  stage: LinearStage,
  inputs: readonly Activations[],
  context: GradientContext,
): GradientStage {
  const input = inputs[0]!;
  if (input.sparse !== undefined) return sparseGradient(stage, input.sparse, context);
  const { steps, trials, weights, weightGradient: gradient } = context;
  const { channelsIn: height, channelsOut: width } = stage;
  const output = newActivations(steps * trials * width);
  return {
    output,
    forward(from, to) {
      start(output.values, stage, from * trials, to * trials);
      for (let i = from * trials * height; i < to * trials * height; i++) {
        const value = input.values[i]!;
        if (value === 0) continue;
        const base = Math.floor(i / height) * width;
        for (let j = 0, w = (i % height) * width; j < width; j++, w++) {
          output.values[base + j] = output.values[base + j]! + value * weights[w]!;
        }
      }
    },
    backward(from, to) {
      for (let i = from * trials * height; i < to * trials * height; i++) {
        const value = input.values[i]!;
        const base = Math.floor(i / height) * width;
        let sum = 0;
        for (let j = 0, w = (i % height) * width; j < width; j++, w++) {
          const g = output.gradient[base + j]!;
          sum += weights[w]! * g;
          gradient[w] = gradient[w]! + value * g;
        }
        input.gradient[i] = sum;
      }
    },
  };
}
