import { backFromError, backFromOuter } from './back';
import { Barrier, isStopped, meet, meetings } from './barrier';
import { Block, Workspace } from './block';
import { crossEntropy, RateCrossEntropy, SquaredError } from './loss';
import { Chips, drawChips } from './chips';
import { Adam, Epoch, gradientOf, learn, Matrix } from './matrix';
import { wasBeyond } from './membrane';
import { forward } from './population';
import { Entering, transpose } from './sparse';

/** One population of a network and the matrices it takes its input from. */
@unmanaged
export class Layer {
  /** Vectors and lanes of a block. */
  vectors: u32;
  lanes: u32;
  feed: Matrix;
  /** Recurrent weights, or 0. */
  recurrent: Matrix;
  /** Per block: a Block. */
  blocks: usize;
  /** Per thread: a Workspace, and what leaves it (an Entering). */
  workspaces: usize;
  leaving: usize;
  /** Whether learning wants its spikes by channel. */
  sorted: u32;
  /** What is added to the weighted input in every step, a row, or 0. */
  bias: usize;
}

/** A network that learns: all that the epoch loop needs. */
@unmanaged
export class Learner {
  steps: u32;
  blocks: u32;
  threads: u32;
  layers: u32;
  /** The layers, one pointer each. */
  layer: usize;
  /** Per block: what enters it (an Entering). */
  input: usize;
  /** The loss: one of the two. */
  squaredError: SquaredError;
  crossEntropy: RateCrossEntropy;
  /** Per block: labels of its trials, where the loss wants them. */
  labels: usize;
  /** Per block: its part of the loss (f64). */
  losses: usize;
  adam: Adam;
  barrier: Barrier;
  /** Per block: before which meeting of the threads it was taken last (u32). */
  taken: usize;
  /** Per layer: whether a membrane was beyond what the kernel knows, until that is read (u32). */
  beyond: usize;
  /** Chips that are drawn while learning, or 0. */
  chips: Chips;
  /** Steps of an epoch, each on other samples: one where all are taken at once. */
  batches: u32;
  /** Samples, one pointer each, and how many a step takes; each instance of it runs on all of them. */
  samples: usize;
  batch: u32;
  /** Which samples the steps take (u32), or 0 where all are taken at once. */
  order: usize;
  trials: u32;
  pack: u32;
}

/** What there is of a sample. */
@unmanaged
export class Sample {
  /** Its spikes by time, and by channel (a SparseRows each). */
  byTime: usize;
  byChannel: usize;
  /** Wanted spikes, a row of a block for each step, or, where trials share a block, without gaps. */
  target: usize;
  label: i32;
}

// @ts-ignore: decorator
@inline
function at<T>(pointers: usize, k: u32): T {
  return changetype<T>(load<usize>(pointers + (<usize>k << 2)));
}

// @ts-ignore: decorator
@inline
function isThere<T>(reference: T): bool {
  return changetype<usize>(reference) != 0;
}

/** What enters layer `k` of block `b`, by time. */
// @ts-ignore: decorator
@inline
function inputOf(l: Learner, k: u32, b: u32, thread: u32): Entering {
  if (k == 0) return at<Entering>(l.input, b);
  return at<Entering>(at<Layer>(l.layer, k - 1).leaving, thread);
}

/** Lays wanted spikes of a sample into the lanes of a block that trials share. */
function spreadTarget(from: usize, to: usize, steps: usize, neurons: usize): void {
  const end = to + (steps << 4);
  if (neurons == 2) {
    for (; to < end; to += 16, from += 8) store<u64>(to, load<u64>(from));
    return;
  }
  for (; to < end; to += 16) {
    for (let n: usize = 0; n < neurons; n++, from += 4) store<f32>(to + (n << 2), load<f32>(from));
  }
}

/** Gives block `b` the samples of a step. Nothing is copied but wanted spikes, where trials share a block. */
function takeSamples(l: Learner, b: u32, step: u32): void {
  const first = at<Layer>(l.layer, 0).feed;
  const last = at<Layer>(l.layer, l.layers - 1);
  const block = at<Block>(last.blocks, b);
  const lists = at<Entering>(l.input, b).lists;
  for (let part: u32 = 0; part < l.pack; part++) {
    const trial = b * l.pack + part;
    if (trial >= l.trials) return;
    const place = <usize>step * l.batch + (trial % l.batch);
    const sample = at<Sample>(l.samples, load<u32>(l.order + (place << 2)));
    store<usize>(lists + (<usize>part << 2), sample.byTime);
    store<usize>(first.inputs + (<usize>trial << 2), sample.byChannel);
    if (!isThere(l.squaredError)) {
      store<i32>(l.labels + (<usize>trial << 2), sample.label);
    } else if (l.pack == 1) {
      block.target = sample.target;
    } else {
      const neurons = <usize>last.feed.neurons;
      spreadTarget(sample.target, block.target + <usize>part * (neurons << 2), l.steps, neurons);
    }
  }
}

/**
 * Runs one block through all layers and back, and adds its loss to that of the epoch. `step` counts from the first one that
 * the order of samples has.
 */
function runBlock(l: Learner, b: u32, thread: u32, step: u32, sort: bool): void {
  const steps = <usize>l.steps;
  if (l.order) takeSamples(l, b, step);
  wasBeyond();
  for (let k: u32 = 0; k < l.layers; k++) {
    const layer = at<Layer>(l.layer, k);
    const block = at<Block>(layer.blocks, b);
    const w = at<Workspace>(layer.workspaces, thread);
    const input = inputOf(l, k, b, thread);
    const vectors = layer.vectors;
    const sorted = sort || layer.sorted != 0;
    w.listed = u32(sorted || k + 1 < l.layers);
    const feed = layer.feed.spread;
    const recurrent = isThere(layer.recurrent) ? layer.recurrent.spread : 0;
    forward(block, w, steps, vectors, feed, input, recurrent, layer.bias);
    if (wasBeyond()) store<u32>(l.beyond + (<usize>k << 2), 1);
    if (sorted) transpose(w.spikes, steps + 1, block.fired, layer.lanes);
  }
  for (let k = l.layers; k-- > 0; ) {
    const layer = at<Layer>(l.layer, k);
    const block = at<Block>(layer.blocks, b);
    const w = at<Workspace>(layer.workspaces, thread);
    const vectors = layer.vectors;
    const recurrent = isThere(layer.recurrent) ? layer.recurrent.transposed : 0;
    const feed = layer.feed.transposed;
    let below: usize = 0;
    let belowVectors: u32 = 0;
    if (k > 0) {
      below = at<Workspace>(at<Layer>(l.layer, k - 1).workspaces, thread).outer;
      belowVectors = at<Layer>(l.layer, k - 1).vectors;
    }
    let loss = 0.0;
    const last = k == l.layers - 1;
    const error = l.squaredError;
    if (last && isThere(error)) {
      loss = error.scale * backFromError(
        block, w, steps, vectors, error, recurrent, feed, below, belowVectors,
      );
    } else {
      if (last) {
        const labels = l.labels + ((<usize>b * l.crossEntropy.pack) << 2);
        loss = crossEntropy(l.crossEntropy, block.fired, labels, w.outer);
      }
      backFromOuter(block, w, steps, vectors, recurrent, feed, below, belowVectors);
    }
    if (last) {
      const sum = l.losses + (<usize>b << 3);
      store<f64>(sum, (step % l.batches == 0 ? 0 : load<f64>(sum)) + loss);
    }
  }
}

/** Runs all blocks. */
function runBlocks(l: Learner, step: u32, sort: bool): void {
  for (let b: u32 = 0; b < l.blocks; b++) runBlock(l, b, 0, step, sort);
}

/**
 * Runs those blocks that no other thread takes: none waits for a thread that is held up. Each begins with its own share, which
 * its cache knows from the step before.
 */
function shareBlocks(l: Learner, thread: u32, step: u32, sort: bool): void {
  const meeting = meetings(l.barrier) + 1;
  const first = <u32>((<u64>l.blocks * thread) / l.threads);
  for (let k: u32 = 0; k < l.blocks; k++) {
    const b = (first + k) % l.blocks;
    if (atomic.xchg<u32>(l.taken + (<usize>b << 2), meeting) != meeting) {
      runBlock(l, b, thread, step, sort);
    }
  }
}

/** Loss and gradient, without learning, on the thread that asks: no other may be at work. */
export function evaluate(l: Learner): void {
  runBlocks(l, 0, true);
  for (let k: u32 = 0; k < l.layers; k++) {
    const layer = at<Layer>(l.layer, k);
    if (layer.feed.learns) gradientOf(layer.feed, 0, 1);
    if (isThere(layer.recurrent)) gradientOf(layer.recurrent, 0, 1);
  }
}

/**
 * Learns for `count` epochs from number `first` on, of whose steps `epochs` tells the rates. Every thread calls it with
 * its number. First they draw chips, if there are any, then they run the blocks, whoever is free the next, then each
 * changes its share of the weights. No sum depends on how the work was shared, so neither does any number. Ends early where
 * the threads are stopped.
 */
export function learnEpochs(l: Learner, thread: u32, first: u32, epochs: usize, count: u32): void {
  const end = count * l.batches;
  for (let step: u32 = 0; step < end; step++) {
    // A thread by itself meets nobody.
    if (isStopped(l.barrier)) return;
    const number = first + step / l.batches;
    const begins = step % l.batches == 0;
    if (isThere(l.chips) && (step == 0 || (begins && number % l.chips.every == 0))) {
      drawChips(l.chips, number / l.chips.every, thread, l.threads, l.barrier);
      if (l.threads > 1 && !meet(l.barrier, l.threads)) return;
    }
    const epoch = changetype<Epoch>(epochs + <usize>step * offsetof<Epoch>());
    // What is left of the last step can be looked at.
    const last = step + 1 == end;
    if (l.threads > 1) shareBlocks(l, thread, step, last);
    else runBlocks(l, step, last);
    if (l.threads > 1 && !meet(l.barrier, l.threads)) return;
    for (let k: u32 = 0; k < l.layers; k++) {
      const layer = at<Layer>(l.layer, k);
      if (layer.feed.learns) learn(layer.feed, l.adam, epoch, thread, l.threads);
      if (isThere(layer.recurrent)) learn(layer.recurrent, l.adam, epoch, thread, l.threads);
    }
    if (l.threads > 1 && !meet(l.barrier, l.threads)) return;
  }
}
