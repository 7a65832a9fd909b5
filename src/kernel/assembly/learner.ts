import { backFromError, backFromOuter } from './back';
import { Barrier, meet, take } from './barrier';
import { Block, Workspace } from './block';
import { crossEntropy, RateCrossEntropy, SquaredError } from './loss';
import { Chips, drawChips } from './chips';
import { Adam, Epoch, gradientOf, learn, Matrix } from './matrix';
import { wasBeyond } from './membrane';
import { forward } from './population';
import { SparseRows, transpose } from './sparse';

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
  /** Per thread: a Workspace. */
  workspaces: usize;
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
  /** Per block: input spikes by time (a SparseRows). */
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
  /** Per layer: whether a membrane was beyond what the kernel knows, until that is read (u32). */
  beyond: usize;
  /** Chips that are drawn while learning, or 0. */
  chips: Chips;
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
function inputOf(l: Learner, k: u32, b: u32, thread: u32): SparseRows {
  if (k == 0) return at<SparseRows>(l.input, b);
  return at<Workspace>(at<Layer>(l.layer, k - 1).workspaces, thread).spikes;
}

/** The spikes of a population stand one row later, where its own recurrence takes them. */
// @ts-ignore: decorator
@inline
function inputRowOf(k: u32): usize {
  return k == 0 ? 0 : 1;
}

/** Runs one block through all layers and back, and leaves its loss. */
function runBlock(l: Learner, b: u32, thread: u32, sort: bool): void {
  const steps = <usize>l.steps;
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
    forward(block, w, steps, vectors, feed, input, inputRowOf(k), recurrent, layer.bias);
    if (wasBeyond()) store<u32>(l.beyond + (<usize>k << 2), 1);
    if (sorted) transpose(w.spikes, steps + 1, block.fired, layer.lanes);
  }
  for (let k = l.layers; k-- > 0; ) {
    const layer = at<Layer>(l.layer, k);
    const block = at<Block>(layer.blocks, b);
    const w = at<Workspace>(layer.workspaces, thread);
    const vectors = layer.vectors;
    const input = inputOf(l, k, b, thread);
    const row = inputRowOf(k);
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
        block, w, steps, vectors, error, input, row, recurrent, feed, below, belowVectors,
      );
    } else {
      if (last) {
        const labels = l.labels + ((<usize>b * l.crossEntropy.pack) << 2);
        loss = crossEntropy(l.crossEntropy, block.fired, labels, w.outer);
      }
      backFromOuter(block, w, steps, vectors, input, row, recurrent, feed, below, belowVectors);
    }
    if (last) store<f64>(l.losses + (<usize>b << 3), loss);
  }
}

/** Runs all blocks. */
function runBlocks(l: Learner, sort: bool): void {
  for (let b: u32 = 0; b < l.blocks; b++) runBlock(l, b, 0, sort);
}

/** Runs those blocks that no other thread takes: none waits for a thread that is held up. */
function shareBlocks(l: Learner, thread: u32, sort: bool): void {
  for (let b = take(l.barrier); b < l.blocks; b = take(l.barrier)) runBlock(l, b, thread, sort);
}

/** Loss and gradient, without learning, on the thread that asks: no other may be at work. */
export function evaluate(l: Learner): void {
  runBlocks(l, true);
  for (let k: u32 = 0; k < l.layers; k++) {
    const layer = at<Layer>(l.layer, k);
    if (layer.feed.learns) gradientOf(layer.feed, 0, 1);
    if (isThere(layer.recurrent)) gradientOf(layer.recurrent, 0, 1);
  }
}

/**
 * Learns for `count` epochs from number `first` on, of which `epochs` tells the rates. Every thread calls it with its
 * number. First they draw chips, if there are any, then they run the blocks, whoever is free the next, then each changes
 * its share of the weights. No sum depends on how the work was shared, so neither does any number. Ends early where the
 * threads are stopped.
 */
export function learnEpochs(l: Learner, thread: u32, first: u32, epochs: usize, count: u32): void {
  for (let e: u32 = 0; e < count; e++) {
    if (isThere(l.chips) && (e == 0 || (first + e) % l.chips.every == 0)) {
      drawChips(l.chips, (first + e) / l.chips.every, thread, l.threads, l.barrier);
      if (l.threads > 1 && !meet(l.barrier, l.threads)) return;
    }
    const epoch = changetype<Epoch>(epochs + <usize>e * offsetof<Epoch>());
    // What is left of the last epoch can be looked at.
    const last = e + 1 == count;
    if (l.threads > 1) shareBlocks(l, thread, last);
    else runBlocks(l, last);
    if (l.threads > 1 && !meet(l.barrier, l.threads)) return;
    for (let k: u32 = 0; k < l.layers; k++) {
      const layer = at<Layer>(l.layer, k);
      if (layer.feed.learns) learn(layer.feed, l.adam, epoch, thread, l.threads);
      if (isThere(layer.recurrent)) learn(layer.recurrent, l.adam, epoch, thread, l.threads);
    }
    if (l.threads > 1 && !meet(l.barrier, l.threads)) return;
  }
}
