import { existsSync } from 'node:fs';
import { lastValueFrom, type Observable, takeUntil, tap } from 'rxjs';
import { type Pipeline, type TrainingProgress, train } from 'spikeline';
import type { ChipFamily } from 'spikeline/chip';
import type { ResultFile } from 'spikeline/files';
import { withWeights } from 'spikeline/train';
import { readBytes, reading } from '../read.ts';
import { type Assessment, assess } from './assess.ts';
import { type Deciding, packTraining, type SavedTraining, unpackTraining } from './checkpoint.ts';
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
  /** The chips that it is meant for. */
  readonly family: ChipFamily<unknown>;
  /** File to save to. */
  readonly checkpoint?: ResultFile;
  /** What to go on from. */
  readonly saved?: SavedTraining | undefined;
  /** What decides the result, for the checkpoint. */
  readonly deciding: Deciding;
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
  /** Why the checkpoint could not be saved; undefined if it could. Training went on all the same. */
  readonly unsaved?: unknown;
}

/**
 * What a checkpoint file holds; undefined if it is not there.
 *
 * @throws StorageError if it is no checkpoint, is damaged, or belongs to another training
 */
export function loadTraining({ path }: ResultFile, deciding: Deciding): SavedTraining | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readBytes(path);
  return reading(path, () => unpackTraining(bytes, deciding));
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
  const { seed, epochs, trainingMismatch, mismatch, family } = config;
  const { checkpoint, saved, deciding, stop$ } = config;
  const start = untrained(seed, data.patterns[0].dt);
  const losses = [...(saved?.losses ?? [])];
  const assessments = [...(saved?.assessments ?? [])];
  let best = saved?.best ?? undefined;
  let last: TrainingProgress | undefined;
  const begun = saved?.training.epoch ?? 0;
  let seconds = 0;
  let resumedAt = performance.now();
  let unsaved: unknown;

  const assessNow = ({ pipeline, checkpoint: now, epoch }: TrainingProgress): void => {
    const assessment = assess(pipeline, data, epoch, mismatch, seed, family);
    assessments.push(assessment);
    if (best === undefined || assessment.margin > best.assessment.margin) {
      best = { assessment, weights: now.weights };
    }
  };
  const keep = (progress: TrainingProgress): void => {
    const now = { training: progress.checkpoint, best: best ?? null, assessments, losses };
    try {
      checkpoint?.write(packTraining(now, deciding));
      unsaved = undefined;
    } catch (cause) {
      // What is learnt is worth more than a copy of it: told at the end.
      unsaved = cause;
    }
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
  const taken$ = run$.pipe(takeUntil(stop$), tap(take));
  await lastValueFrom(taken$, { defaultValue: undefined });
  // Stopped between two assessments: the last state is a candidate too, but only of this run. It is not
  // saved, so that a run that goes on chooses among the same ones as a run that was never stopped.
  if (last !== undefined && last.epoch > (assessments.at(-1)?.epoch ?? 0)) {
    keep(last);
    assessNow(last);
  }
  if (best === undefined) {
    best = {
      assessment: assess(start, data, 0, mismatch, seed, family),
      weights: new Float64Array(0),
    };
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
    ...(unsaved === undefined ? {} : { unsaved }),
  };
}
