/** Losses: what training makes small. */
import { match } from 'ts-pattern';
import { InvalidArgumentError } from '../errors.ts';
import { gridProblems } from '../events/spike-raster.ts';
import {
  type Check,
  listProblems,
  mostEntries,
  number,
  readable,
  readItem,
  readPlain,
  variants,
} from '../options.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
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

const lossCheck: Check = variants({
  meanSquaredError: { silenceWeight: number({ above: 0, max: 1e9 }) },
  rateCrossEntropy: { temperature: number({ above: 0, max: 1e9 }) },
});

/** Lists what is wrong with `loss`, and what is missing in `samples` for it; empty if all is well. */
export function lossProblems(
  loss: Loss,
  samples: readonly TrainingSample[],
  channels: number,
): Problem[] {
  return readable(() => needProblems(loss, samples, channels));
}

function needProblems(loss: Loss, samples: readonly TrainingSample[], channels: number): Problem[] {
  const own = within('loss', lossCheck(loss));
  // What a loss of no kind would need of samples, nobody knows; samples that are none are refused as such.
  if (own.some(({ path }) => path === 'loss' || path === 'loss.kind')) return own;
  const given: readonly (TrainingSample | null | undefined)[] = Array.isArray(samples)
    ? samples
    : [];
  if (given.length > mostEntries) return [...own, ...within('samples', listProblems(samples))];
  const needs = match(loss)
    .with({ kind: 'meanSquaredError' }, () => targetProblems)
    .with({ kind: 'rateCrossEntropy' }, () => labelProblems)
    .exhaustive();
  return [
    ...own,
    ...given.flatMap((sample, i) =>
      sample?.input ? within(`samples[${i}]`, needs(sample, channels)) : [],
    ),
  ];
}

function targetProblems({ input, target }: TrainingSample, channels: number): Problem[] {
  const needed = `${input.steps} steps × ${channels} neurons are needed`;
  if (target === undefined) return [fault('target', 'missing', `there is no target; ${needed}`)];
  const length: unknown = (target as ArrayLike<number> | null)?.length;
  if (typeof target !== 'object' || typeof length !== 'number') {
    return [problem('target', 'wrong-type', target, needed)];
  }
  if (length !== input.steps * channels) {
    return [problem('target.length', 'wrong-shape', length, needed)];
  }
  for (let i = 0; i < length; i++) {
    // So that a check is called for what is wrong alone.
    const wanted: unknown = target[i];
    if (typeof wanted === 'number' && Math.abs(wanted) <= mostWanted) continue;
    const problems = spikes(wanted);
    if (problems.length > 0) return within(`target[${i}]`, problems);
  }
  return [];
}

/** Wanted spikes of a bin: counts have 32 bits. */
const mostWanted = 2 ** 32;
const spikes = number({ min: -mostWanted, max: mostWanted });

function labelProblems({ label }: TrainingSample, channels: number): Problem[] {
  return typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < channels
    ? []
    : [problem('label', 'out-of-range', label, `a channel from 0 to ${channels - 1} is needed`)];
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
    const values = target instanceof Float64Array ? target : Float64Array.from(target!);
    for (let t = 0; t < steps; t++) {
      const row = values.subarray(t * channels, (t + 1) * channels);
      targets.set(row, (t * batch + b) * channels);
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
      const peak = own.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
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
  samples = readPlain(samples);
  loss = readItem(loss);
  const grid = { steps, channels, dt: 1, startTime: 0 };
  const problems = [...gridProblems(grid), ...lossProblems(loss, samples, channels)];
  const stepped = readable(() =>
    listProblems(samples, 2 ** 22).length === 0 &&
    Array.from(samples).every((sample) => sample?.input?.steps === steps)
      ? []
      : [problem('samples', 'wrong-shape', samples, `samples of ${steps} steps are needed`)],
  );
  problems.push(...stepped);
  if (problems.length > 0) throw new InvalidArgumentError('there is no such loss', problems);
  return match(loss)
    .with({ kind: 'meanSquaredError' }, ({ silenceWeight }) =>
      squaredError(samples, steps, channels, silenceWeight),
    )
    .with({ kind: 'rateCrossEntropy' }, ({ temperature }) =>
      crossEntropy(samples, steps, channels, temperature),
    )
    .exhaustive();
}
