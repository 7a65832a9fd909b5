import { match } from 'ts-pattern';
import type { TrainingSample } from './sample.ts';

/** What training makes small. */
export type Loss =
  /**
   * Mean over trials, steps and neurons of weight·(spikes - target)², where the weight is
   * `silenceWeight` for a target of zero and 1 elsewhere. A target of ones asks for a spike in every
   * bin, which no neuron gives, so plain errors push rates up more than they hold them down.
   */
  | { readonly kind: 'meanSquaredError'; readonly silenceWeight: number }
  /**
   * Cross-entropy of the softmax over the output rates: mean over trials of
   * -ln softmax(rate / temperature)[label], rates in spikes per step, temperature likewise.
   */
  | { readonly kind: 'rateCrossEntropy'; readonly temperature: number };

/** Computes a loss and its gradient with respect to the output spikes. */
export type LossFunction = (spikes: Float64Array, gradient: Float64Array) => number;

/** Mean squared error between the output spikes and the samples' targets. */
export function meanSquaredError(silenceWeight = 1): Loss {
  return { kind: 'meanSquaredError', silenceWeight };
}

/** Cross-entropy on the output rates; the smaller the temperature, the sharper the choice. */
export function rateCrossEntropy(temperature = 0.01): Loss {
  return { kind: 'rateCrossEntropy', temperature };
}

/** Lists what is missing in `samples` for `loss`; empty where all is well. */
export function lossProblems(
  loss: Loss,
  samples: readonly TrainingSample[],
  channels: number,
): string[] {
  return match(loss)
    .with({ kind: 'meanSquaredError' }, ({ silenceWeight }) => [
      ...(silenceWeight > 0 ? [] : [`silenceWeight is ${silenceWeight}; it must be above 0`]),
      ...samples.flatMap(({ input, target }, i) => {
        const wanted = input.steps * channels;
        if (target === undefined) return [`sample ${i} has no target; ${wanted} values are needed`];
        if (target.length !== wanted) {
          return [
            `sample ${i}: the target holds ${target.length} values; ${input.steps} steps × ${channels} neurons are needed`,
          ];
        }
        return [];
      }),
    ])
    .with({ kind: 'rateCrossEntropy' }, ({ temperature }) => [
      ...(temperature > 0 ? [] : [`temperature is ${temperature}; it must be above 0`]),
      ...samples.flatMap(({ label }, i) =>
        label !== undefined && Number.isInteger(label) && label >= 0 && label < channels
          ? []
          : [`sample ${i}: label is ${label}; a channel from 0 to ${channels - 1} is needed`],
      ),
    ])
    .exhaustive();
}

/** Wanted spikes of all samples, `[steps][trials][channels]`. */
export function batchTargets(
  samples: readonly TrainingSample[],
  steps: number,
  channels: number,
): Float64Array {
  const batch = samples.length;
  const targets = new Float64Array(steps * batch * channels);
  for (const [b, { target }] of samples.entries()) {
    for (let t = 0; t < steps; t++) {
      for (let n = 0; n < channels; n++) {
        targets[(t * batch + b) * channels + n] = target![t * channels + n]!;
      }
    }
  }
  return targets;
}

function squaredError(
  samples: readonly TrainingSample[],
  steps: number,
  channels: number,
  silenceWeight: number,
): LossFunction {
  const targets = batchTargets(samples, steps, channels);
  const size = targets.length;
  return (spikes, gradient) => {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const target = targets[i]!;
      const error = spikes[i]! - target;
      const weighted = target === 0 ? silenceWeight * error : error;
      sum += weighted * error;
      gradient[i] = (2 * weighted) / size;
    }
    return sum / size;
  };
}

function crossEntropy(
  samples: readonly TrainingSample[],
  steps: number,
  channels: number,
  temperature: number,
): LossFunction {
  const batch = samples.length;
  const lanes = batch * channels;
  const logits = new Float64Array(lanes);
  const labels = samples.map(({ label }) => label!);
  return (spikes, gradient) => {
    logits.fill(0);
    for (let i = 0; i < spikes.length; i++) {
      logits[i % lanes] = logits[i % lanes]! + spikes[i]! / (steps * temperature);
    }
    let loss = 0;
    for (let b = 0; b < batch; b++) {
      const own = logits.subarray(b * channels, (b + 1) * channels);
      const peak = own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
      const total = own.reduce((sum, value) => sum + Math.exp(value - peak), 0);
      loss += (peak + Math.log(total) - own[labels[b]!]!) / batch;
      for (let n = 0; n < channels; n++) {
        const share = Math.exp(own[n]! - peak) / total;
        own[n] = (share - (n === labels[b] ? 1 : 0)) / (batch * steps * temperature);
      }
    }
    for (let i = 0; i < gradient.length; i++) gradient[i] = logits[i % lanes]!;
    return loss;
  };
}

/** Prepares `loss` for output spikes laid out `[steps][trials][channels]`. */
export function lossFunction(
  loss: Loss,
  samples: readonly TrainingSample[],
  steps: number,
  channels: number,
): LossFunction {
  return match(loss)
    .with({ kind: 'meanSquaredError' }, ({ silenceWeight }) =>
      squaredError(samples, steps, channels, silenceWeight),
    )
    .with({ kind: 'rateCrossEntropy' }, ({ temperature }) =>
      crossEntropy(samples, steps, channels, temperature),
    )
    .exhaustive();
}
