/** Mismatch while learning: how it is checked, which chips there are, and how they are drawn. */
import type { LearningMismatch } from '../neurons/learner.ts';
import { type Mismatch, mismatched, mismatchTable } from '../neurons/mismatch.ts';
import type { AnalogParameters } from '../neurons/model-table.ts';
import { combineParameters } from '../neurons/parameter-set.ts';
import { type Check, flag, number, options } from '../options.ts';
import { randomStream } from '../random.ts';

/** Mismatch while learning. */
export interface TrainingMismatch extends Mismatch {
  /** Epochs after which it is redrawn; 100 if left out. */
  readonly every?: number;
  /** Chips that every sample is shown to at once; one if left out. */
  readonly instances?: number;
  /** Whether every trial runs on a chip of its own, in place of one for all samples; false if left out. */
  readonly perTrial?: boolean;
}

/** Checks a mismatch that is drawn anew; paths are relative to it. */
export const redrawnMismatchCheck: Check = options<Mismatch & { readonly every?: number }>(
  { ...mismatchTable, every: number({ min: 1, whole: true }) },
  'fraction',
);

/** Checks a mismatch in training; paths are relative to it. */
export const trainingMismatchCheck: Check = options<TrainingMismatch>(
  {
    ...mismatchTable,
    every: number({ min: 1, whole: true }),
    instances: number({ min: 1, max: 4096, whole: true }),
    perTrial: flag,
  },
  'fraction',
);

/** What a learner is to draw, where each instance sees all samples; undefined if nothing deviates. */
export function learningMismatch(
  mismatch: TrainingMismatch | undefined,
  seed: number,
  samples: number,
): LearningMismatch | undefined {
  const {
    fraction,
    sigmaRule = 3,
    every = 100,
    instances = 1,
    perTrial = false,
  } = mismatch ?? { fraction: 0 };
  if (fraction === 0) return undefined;
  const chips = Uint32Array.from({ length: instances * samples }, (_, trial) =>
    perTrial ? trial : Math.floor(trial / samples),
  );
  return { sigma: fraction / sigmaRule, seed, every, chips };
}

/** The silicon of a draw, one set for every population: one value per neuron, or, of several chips, per trial and neuron. */
export function drawSilicon(
  nominal: readonly AnalogParameters[],
  { sigma, seed, chips }: LearningMismatch,
  draw: number,
): AnalogParameters[] {
  return nominal.map((parameters, population) => {
    const sets = Array.from({ length: Math.max(...chips) + 1 }, (_, chip) =>
      mismatched(parameters, sigma, (name) =>
        // The first chip has no label, so that it is the same however many there are.
        randomStream(seed, 'mismatch', population, draw, ...(chip === 0 ? [] : [chip]), name),
      ),
    );
    if (sets.length === 1) return sets[0]!;
    return combineParameters(sets, (values) => {
      const neurons = values[0]!.length;
      const all = new Float64Array(chips.length * neurons);
      for (const [trial, chip] of chips.entries()) all.set(values[chip]!, trial * neurons);
      return all;
    });
  });
}
