import { existsSync, readFileSync } from 'node:fs';
import { Packr } from 'msgpackr';
import { type Observable, takeUntil } from 'rxjs';
import { DataError, type Pipeline, type TrainingProgress, train } from 'spikeline';
import { StorageError } from 'spikeline/problems';
import { packCheckpoint, unpackCheckpoint, withWeights } from 'spikeline/train';
import { z } from 'zod';
import { writeWhole } from '../store.ts';
import { type Assessment, assess } from './assess.ts';
import type { FrozenNoiseData } from './data.ts';
import { recipe, samplesOf, untrained } from './recipe.ts';

/** Epochs between two assessments. */
const assessEvery = 1000;

/** What training is told. */
export interface FrozenTrainingConfig {
  readonly seed: number;
  readonly epochs: number;
  /** Mismatch during training, as a fraction. */
  readonly trainingMismatch: number;
  /** Mismatch of the chips it is meant for, as a fraction. */
  readonly mismatch: number;
  /** File to go on from and to save to. */
  readonly checkpoint?: string;
  /** Ends training early when it emits. */
  readonly stop$: Observable<unknown>;
}

/** The outcome of training. */
export interface FrozenTraining {
  /** The network of the best assessment. */
  readonly net: Pipeline;
  readonly best: Assessment;
  readonly assessments: readonly Assessment[];
  /** Epochs done, and the loss at every report. */
  readonly epoch: number;
  readonly losses: readonly (readonly [number, number])[];
  /** Seconds spent on training alone, in this run. */
  readonly seconds: number;
  /** Epochs done in this run. */
  readonly epochsHere: number;
}

const packr = new Packr({ moreTypes: true });

// Ratios may be infinite, which z.number() refuses.
const figure = z.custom<number>((value) => typeof value === 'number');
const pair = z.tuple([figure, figure]).readonly();
const floats = z.custom<Float64Array>((value) => value instanceof Float64Array);
const assessmentForm = z.object({
  epoch: z.number(),
  simulated: pair,
  quantised: pair,
  chips: pair,
  worstChip: figure,
  test: figure,
  margin: figure,
});

/** What a checkpoint file holds: the training itself, and what was found on the way. */
const savedForm = z.object({
  training: z.instanceof(Uint8Array).transform(unpackCheckpoint),
  best: z.object({ assessment: assessmentForm, weights: floats }).nullable(),
  assessments: z.array(assessmentForm),
  losses: z.array(pair),
});
type Saved = z.output<typeof savedForm>;

function load(path: string): Saved {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new StorageError(path, 'cannot be read', { cause });
  }
  try {
    return savedForm.parse(packr.unpack(bytes));
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new StorageError(path, 'is no checkpoint; delete it or name another file', { cause });
  }
}

function save(path: string, saved: Saved): void {
  writeWhole(path, packr.pack({ ...saved, training: packCheckpoint(saved.training) }));
}

/**
 * Trains the network and keeps the one that would do best after deployment. Goes on from a checkpoint
 * to the same result; ends early, keeping what it has, when `stop$` emits.
 */
export async function trainFrozenNoise(
  data: FrozenNoiseData,
  config: FrozenTrainingConfig,
  onProgress: (progress: TrainingProgress, epochsPerSecond: number) => void,
): Promise<FrozenTraining> {
  const { seed, epochs, trainingMismatch, mismatch, checkpoint, stop$ } = config;
  const start = untrained(seed, data.patterns[0].dt);
  const saved = checkpoint !== undefined && existsSync(checkpoint) ? load(checkpoint) : undefined;
  const losses = [...(saved?.losses ?? [])];
  const assessments = [...(saved?.assessments ?? [])];
  let best = saved?.best ?? undefined;
  let last: TrainingProgress | undefined;
  const begun = saved?.training.epoch ?? 0;
  let seconds = 0;
  let resumedAt = performance.now();

  const assessNow = ({ pipeline, checkpoint: now, epoch }: TrainingProgress): void => {
    const assessment = assess(pipeline, data, epoch, mismatch, seed);
    assessments.push(assessment);
    if (best === undefined || assessment.margin > best.assessment.margin) {
      best = { assessment, weights: now.weights };
    }
  };
  const keep = (progress: TrainingProgress): void => {
    if (checkpoint === undefined) return;
    save(checkpoint, { training: progress.checkpoint, best: best ?? null, assessments, losses });
  };
  const take = (progress: TrainingProgress): void => {
    seconds += (performance.now() - resumedAt) / 1000;
    last = progress;
    losses.push([progress.epoch, progress.loss]);
    onProgress(progress, (progress.epoch - begun) / Math.max(seconds, 1e-9));
    if (progress.epoch % assessEvery === 0 && progress.epoch > (assessments.at(-1)?.epoch ?? 0)) {
      assessNow(progress);
      keep(progress);
    }
    resumedAt = performance.now();
  };
  const run$ = train(start, samplesOf(data), {
    ...recipe(seed, epochs, trainingMismatch),
    ...(saved === undefined ? {} : { checkpoint: saved.training }),
  });
  await new Promise<void>((resolve, reject) => {
    run$.pipe(takeUntil(stop$)).subscribe({ next: take, error: reject, complete: resolve });
  });
  // Stopped between two assessments: the last state is a candidate too, but only of this run. It is not
  // saved, so that a run that goes on chooses among the same ones as a run that was never stopped.
  if (last !== undefined && last.epoch > (assessments.at(-1)?.epoch ?? 0)) {
    keep(last);
    assessNow(last);
  }
  if (best === undefined) {
    best = { assessment: assess(start, data, 0, mismatch, seed), weights: new Float64Array(0) };
  }
  const { assessment, weights } = best;
  return {
    net: weights.length === 0 ? start : withWeights(start, weights),
    best: assessment,
    assessments,
    epoch: last?.epoch ?? begun,
    losses,
    seconds,
    epochsHere: (last?.epoch ?? begun) - begun,
  };
}
