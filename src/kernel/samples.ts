/** Where samples stand in the memory of the kernel, and what of them enters and is wanted. */
import type { LearningProblem } from '../neurons/learner.ts';
import { type Arena, word } from './arena.ts';
import { type Shape, writeTarget } from './block-layout.ts';
import { vectorsOf } from './lanes.ts';
import * as layout from './layout.ts';
import { byChannel, byLength, byTime, joined, layOutSparse, type SparseList } from './sparse.ts';

/** Where what there is of a sample stands. */
export interface SampleLayout {
  readonly record: number;
  /** Its spikes. */
  readonly list: SparseList;
  readonly byTime: number;
  readonly byChannel: number;
  readonly target: number;
}

/** Writes down a list by time, whose rows single vectors go through in the order of their lengths. */
function layOutByTime(place: Arena, list: SparseList, single: boolean): number {
  return layOutSparse(place, list, single ? byLength(list) : undefined);
}

/** Gives a sample its place; `single` says whether what it enters is computed in the way of single vectors. */
export function layOutSample(
  problem: LearningProblem,
  k: number,
  single: boolean,
  { place, steps, pack }: Shape,
): SampleLayout {
  const { inputs, channels, layers, loss } = problem;
  const { neurons } = layers.at(-1)!;
  const list = byTime(inputs[k]!);
  const spikes = layOutByTime(place, list, single);
  const sorted = layOutSparse(place, byChannel(list, channels));
  // Where trials share a block, wanted spikes go into its lanes from here.
  const width = pack === 1 ? vectorsOf(neurons, place.lanes) * place.lanes : neurons;
  const target =
    loss.kind === 'squaredError'
      ? place.written(steps * width, (floats, at) =>
          writeTarget(floats, at, loss.targets[k]!, neurons, width),
        )
      : 0;
  const label = loss.kind === 'squaredError' ? 0 : loss.labels[k]!;
  const record = place.record(...[spikes, sorted, target, label].map(word));
  return { record, list, byTime: spikes, byChannel: sorted, target };
}

/** What enters a trial. */
type TrialInput = Pick<SampleLayout, 'list' | 'byTime' | 'byChannel'>;

/** What enters each trial of each block. */
export function inputsOf(
  samples: readonly SampleLayout[],
  { batches, channels }: LearningProblem,
  { place, steps, trials, pack, blocks }: Shape,
): TrialInput[][] {
  const none = (rows: number): SparseList => ({
    starts: new Uint32Array(rows + 1),
    indices: new Uint32Array(0),
    counts: new Float32Array(0),
  });
  const list = none(steps);
  const silent: TrialInput = {
    list,
    byTime: layOutSparse(place, list),
    byChannel: layOutSparse(place, none(channels)),
  };
  const held = batches?.size ?? samples.length;
  return Array.from({ length: blocks }, (_, b) =>
    Array.from({ length: pack }, (_, part) => {
      const trial = b * pack + part;
      return trial < trials ? samples[trial % held]! : silent;
    }),
  );
}

/**
 * Gives the lists that enter a block their place: one for each trial where they change from step to step, else one for all,
 * which is sooner gone through. `stride` bytes lie between the rows of one trial and those of the next.
 */
export function layOutEntering(
  inputs: readonly TrialInput[],
  { batches, channels }: LearningProblem,
  stride: number,
  single: boolean,
  place: Arena,
): number {
  const apart = batches !== undefined || inputs.length === 1;
  const own = inputs.map(({ list }) => list);
  const lists = apart
    ? inputs.map((input) => input.byTime)
    : [layOutByTime(place, joined(own, channels), single)];
  return place.record(...[place.words(lists), lists.length, stride, 0].map(word));
}

/** Where the wanted spikes of block `b` stand: those of its sample, or of the samples that share it. */
export function targetOf(
  samples: readonly SampleLayout[],
  b: number,
  problem: LearningProblem,
  { place, steps, trials, pack }: Shape,
): number {
  const { loss, layers, batches } = problem;
  if (loss.kind !== 'squaredError') return 0;
  const held = batches?.size ?? samples.length;
  if (pack === 1) return samples[b % held]!.target;
  const { neurons } = layers.at(-1)!;
  return place.written(steps * layout.LANES, (floats, at) => {
    for (let part = 0; part < pack && b * pack + part < trials; part++) {
      const target = loss.targets[(b * pack + part) % held]!;
      writeTarget(floats, at + 4 * part * neurons, target, neurons, layout.LANES);
    }
  });
}
