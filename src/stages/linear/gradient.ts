import type { SparseSpikes } from '../../neurons/learner.ts';
import type { GradientStage, Wire } from '../gradient-stage.ts';
import type { LinearStage } from './definition.ts';

/** Puts the bias on every row, or zeros. */
function start(values: Float64Array, { bias, channelsOut }: LinearStage): void {
  if (bias === undefined) values.fill(0);
  else for (let at = 0; at < values.length; at += channelsOut) values.set(bias, at);
}

/** A linear stage on the input spikes, which are sparse and the same in every epoch. */
export function sparseLinearGradient(
  stage: LinearStage,
  rows: SparseSpikes,
  out: Wire,
  weights: Float64Array,
  gradient: Float64Array,
): GradientStage {
  const { starts, columns, counts } = rows;
  const width = stage.channelsOut;
  return {
    forward() {
      start(out.values, stage);
      for (let row = 0, base = 0; row + 1 < starts.length; row++, base += width) {
        for (let k = starts[row]!; k < starts[row + 1]!; k++) {
          const count = counts[k]!;
          for (let j = 0, w = columns[k]! * width; j < width; j++, w++) {
            out.values[base + j] = out.values[base + j]! + count * weights[w]!;
          }
        }
      }
    },
    backward() {
      for (let row = 0, base = 0; row + 1 < starts.length; row++, base += width) {
        for (let k = starts[row]!; k < starts[row + 1]!; k++) {
          const count = counts[k]!;
          for (let j = 0, w = columns[k]! * width; j < width; j++, w++) {
            gradient[w] = gradient[w]! + count * out.gradient[base + j]!;
          }
        }
      }
    },
  };
}

/** A linear stage between two others. */
export function linearGradient(
  stage: LinearStage,
  from: Wire,
  out: Wire,
  weights: Float64Array,
  gradient: Float64Array,
): GradientStage {
  const { channelsIn: height, channelsOut: width } = stage;
  return {
    forward() {
      start(out.values, stage);
      for (let i = 0; i < from.values.length; i++) {
        const value = from.values[i]!;
        if (value === 0) continue;
        const base = Math.floor(i / height) * width;
        for (let j = 0, w = (i % height) * width; j < width; j++, w++) {
          out.values[base + j] = out.values[base + j]! + value * weights[w]!;
        }
      }
    },
    backward() {
      for (let i = 0; i < from.values.length; i++) {
        const value = from.values[i]!;
        const base = Math.floor(i / height) * width;
        let sum = 0;
        for (let j = 0, w = (i % height) * width; j < width; j++, w++) {
          const g = out.gradient[base + j]!;
          sum += weights[w]! * g;
          gradient[w] = gradient[w]! + value * g;
        }
        from.gradient[i] = sum;
      }
    },
  };
}
