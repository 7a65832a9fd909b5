import { LANES, VECTOR } from '../layout';
import { DENDRITES } from '../numbers';
import { addPacked, spreadRows, sumGathered } from './packed';
import { addSparse } from './rows';
import { SparseRows } from './sparse';
import { transposeFour } from './transpose';
import { clear, madd, splat } from './vector';

/** Settings of Adam (Kingma & Ba 2015) that hold throughout. */
@unmanaged
export class Adam {
  beta1: f32;
  beta2: f32;
  epsilon: f32;
}

/** What changes from step to step. */
@unmanaged
export class Epoch {
  /** Learning rate over 1 - beta1^epoch. */
  rate: f32;
  /** 1/(1 - beta2^epoch). */
  squareScale: f32;
}

/**
 * A matrix of weights `[pre][post]`, and all that belongs to it. Rows are padded to whole vectors. Where neurons
 * have four dendrites, a row holds the weights onto each dendrite in turn, each padded by itself.
 */
@unmanaged
export class Matrix {
  rows: u32;
  /** Neurons that it leads to, and whether they have four dendrites. */
  neurons: u32;
  dendritic: u32;
  /** Vectors of a row, of one trial or of a block: they are as many. */
  vectors: u32;
  /** Trials that share a block. */
  pack: u32;
  /** Whether it learns. */
  learns: u32;
  weights: usize;
  gradient: usize;
  mean: usize;
  square: usize;
  /** Least and greatest weights, and the bytes from one vector of them to the next: none where all are the same. */
  min: usize;
  minStride: u32;
  max: usize;
  maxStride: u32;
  /** The matrix of a block: the weights themselves, or a copy for every trial of the block. */
  spread: usize;
  /** The same transposed, if anything needs it, and the vectors of its rows. */
  transposed: usize;
  transposedVectors: u32;
  /**
   * Per block: what comes in by channel (a SparseRows), of each of its trials by itself where they are `apart`; and the
   * gradient it meets, row by row.
   */
  blocks: u32;
  apart: u32;
  inputs: usize;
  drives: usize;
  /** Per block: the gradient of every channel, where a row is a single vector and it is gathered on the way. */
  gathered: usize;
  /** Room for the gradient of every channel of a block, where trials share one and neurons have four dendrites. */
  mixed: usize;
}

/** Adds what row `source` of list `k` of those that come in contributed to block `b`. */
// @ts-ignore: decorator
@inline
function addBlock(m: Matrix, out: usize, vectors: u32, b: usize, k: usize, source: usize): void {
  const input = changetype<SparseRows>(load<usize>(m.inputs + (k << 2)));
  addSparse(out, vectors, load<usize>(m.drives + (b << 2)), input, source);
}

/** Adds the lanes that belong to a trial to the first lanes of a vector. */
// @ts-ignore: decorator
@inline
function addTrial(m: Matrix, out: usize, all: usize, trial: u32): void {
  for (let n: u32 = 0; n < m.neurons; n++) {
    const part = load<f32>(all + ((trial * m.neurons + n) << 2));
    store<f32>(out + (n << 2), load<f32>(out + (n << 2)) + part);
  }
}

/** Sums what every block gathered for some rows, where each is a trial. */
function sumWhole(m: Matrix, first: usize, end: usize): void {
  for (let b: usize = 0; b < m.blocks; b++) {
    const all = load<usize>(m.gathered + (b << 2));
    for (let at = first * VECTOR; at < end * VECTOR; at += VECTOR) {
      v128.store(m.gradient + at, f32x4.add(v128.load(m.gradient + at), v128.load(all + at)));
    }
  }
}

/** Sums what every block contributed to row `r`, where several trials share a block and neurons have four dendrites. */
function sumMixed(m: Matrix, out: usize, r: usize): void {
  for (let trial: u32 = 0; trial < m.pack; trial++) {
    const source = <usize>trial * m.rows + r;
    const all = m.mixed + source * <usize>(DENDRITES * VECTOR);
    clear(all, DENDRITES);
    for (let b: usize = 0; b < m.blocks; b++) {
      if (m.apart) addBlock(m, all, DENDRITES, b, b * m.pack + trial, r);
      else addBlock(m, all, DENDRITES, b, b, source);
    }
    for (let at: usize = 0; at < <usize>(DENDRITES * VECTOR); at += VECTOR) addTrial(m, out + at, all + at, trial);
  }
}

/**
 * Gradient of some rows. Where blocks are trials, it goes block by block through all of the rows, whose
 * gradients and the drive of the block then stay at hand.
 */
// @ts-ignore: decorator
@inline
function gradientOfRows(m: Matrix, first: usize, end: usize, dendritic: bool): void {
  const stride = <usize>m.vectors * VECTOR;
  memory.fill(m.gradient + first * stride, 0, (end - first) * stride);
  if (m.gathered) {
    if (m.pack > 1) sumGathered(m.gathered, m.blocks, m.pack, m.rows, m.neurons, m.gradient, first, end);
    else sumWhole(m, first, end);
  } else if (m.pack > 1 && dendritic) {
    for (let r = first; r < end; r++) sumMixed(m, m.gradient + r * stride, r);
  } else if (m.pack > 1) {
    addPacked(m.inputs, m.drives, m.apart, m.blocks, m.pack, m.rows, m.neurons, m.gradient, first, end);
  } else {
    for (let b: usize = 0; b < m.blocks; b++) {
      for (let r = first; r < end; r++) addBlock(m, m.gradient + r * stride, m.vectors, b, b, r);
    }
  }
}

/** Vectors of gradient that are worked out together: a part of a core's own cache. */
const together: usize = 8192;

/** Where the rows end that are worked out together with row `first`. */
// @ts-ignore: decorator
@inline
function groupEnd(m: Matrix, first: usize, end: usize): usize {
  return min(end, first + max<usize>(1, together / m.vectors));
}

/** One step of Adam on some rows, then their bounds. */
function adamOfRows(m: Matrix, first: usize, end: usize, adam: Adam, epoch: Epoch): void {
  const beta1 = splat(adam.beta1);
  const beta2 = splat(adam.beta2);
  const rest1 = splat(1 - adam.beta1);
  const rest2 = splat(1 - adam.beta2);
  const epsilon = splat(adam.epsilon);
  const rate = splat(epoch.rate);
  const scale = splat(epoch.squareScale);
  const stride = <usize>m.vectors * VECTOR;
  let min = m.min + first * m.vectors * m.minStride;
  let max = m.max + first * m.vectors * m.maxStride;
  for (let at = first * stride; at < end * stride; at += VECTOR, min += m.minStride, max += m.maxStride) {
    const g = v128.load(m.gradient + at);
    const mean = madd(rest1, g, f32x4.mul(beta1, v128.load(m.mean + at)));
    const square = madd(f32x4.mul(rest2, g), g, f32x4.mul(beta2, v128.load(m.square + at)));
    v128.store(m.mean + at, mean);
    v128.store(m.square + at, square);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(square, scale)), epsilon);
    const weight = f32x4.sub(v128.load(m.weights + at), f32x4.div(f32x4.mul(rate, mean), root));
    const bounded = f32x4.pmin(f32x4.pmax(weight, v128.load(min)), v128.load(max));
    v128.store(m.weights + at, bounded);
  }
}

/** Copies the weights of row `r` onto a dendrite, the first of which stands `first` lanes from its start. */
// @ts-ignore: decorator
@inline
function publishDendrite(m: Matrix, r: usize, first: usize, dendritic: bool): void {
  const row = m.weights + r * m.vectors * VECTOR;
  for (let trial: u32 = 0; trial < m.pack; trial++) {
    const source = <usize>trial * m.rows + r;
    for (let n: u32 = 0; n < m.neurons; n++) {
      const weight = load<f32>(row + ((first + n) << 2));
      const lane = first + <usize>(trial * m.neurons + n);
      // Where trials share a block, the neurons of each dendrite fit into one vector.
      if (dendritic) store<f32>(m.spread + ((source * DENDRITES * LANES + lane) << 2), weight);
      if (m.transposed) {
        store<f32>(m.transposed + ((lane * m.transposedVectors * LANES + source) << 2), weight);
      }
    }
  }
}

/** Copies row `r` of a matrix, where no trials share a block, to its column. */
// @ts-ignore: decorator
@inline
function transposeRow(m: Matrix, r: usize): void {
  const stride = <usize>m.transposedVectors * VECTOR;
  const row = m.weights + r * m.vectors * VECTOR;
  let to = m.transposed + (r << 2);
  for (let lane: usize = 0; lane < <usize>m.vectors * LANES; lane++, to += stride) {
    store<f32>(to, load<f32>(row + (lane << 2)));
  }
}

/** Copies some rows likewise, four of them at a time: cache lines are read whole, and written whole. */
function transposeRows(m: Matrix, from: usize, end: usize): void {
  const stride = <usize>m.vectors * VECTOR;
  const across = <usize>m.transposedVectors * VECTOR;
  const first = min((from + 3) & ~3, end);
  const last = max(first, end & ~3);
  for (let r = from; r < first; r++) transposeRow(m, r);
  for (let line: usize = 0; line < stride; line += 64) {
    const lineEnd = min(line + 64, stride);
    for (let r = first; r < last; r += 4) {
      const row = m.weights + r * stride;
      let to = m.transposed + (line >> 2) * across + (r << 2);
      for (let at = line; at < lineEnd; at += 16, to += 4 * across) {
        transposeFour(row + at, stride, to, across);
      }
    }
  }
  for (let r = last; r < end; r++) transposeRow(m, r);
}

/** Brings the copies of some rows up to date. */
// @ts-ignore: decorator
@inline
function publishRows(m: Matrix, from: usize, end: usize, dendritic: bool): void {
  if (m.pack == 1) {
    if (m.transposed) transposeRows(m, from, end);
    return;
  }
  if (!dendritic) {
    spreadRows(m.weights, m.spread, m.pack, m.rows, m.neurons, from, end);
    if (m.transposed) {
      for (let r = from; r < end; r++) publishDendrite(m, r, 0, false);
    }
    return;
  }
  const dendrite = <usize>m.vectors;
  for (let r = from; r < end; r++) {
    for (let d: usize = 0; d < 4; d++) publishDendrite(m, r, d * dendrite, true);
  }
}

/** Brings all copies of a matrix up to date with its weights. */
export function publish(m: Matrix): void {
  if (m.dendritic) publishRows(m, 0, m.rows, true);
  else publishRows(m, 0, m.rows, false);
}

/** Rows of a matrix that are the share of a thread. */
// @ts-ignore: decorator
@inline
function share(rows: u32, thread: u32, threads: u32): usize {
  return <usize>((<u64>rows * thread) / threads);
}

/** Works out the gradient of the thread's share of rows. */
export function gradientOf(m: Matrix, thread: u32, threads: u32): void {
  const end = share(m.rows, thread + 1, threads);
  for (let r = share(m.rows, thread, threads); r < end; r = groupEnd(m, r, end)) {
    if (m.dendritic) gradientOfRows(m, r, groupEnd(m, r, end), true);
    else gradientOfRows(m, r, groupEnd(m, r, end), false);
  }
}

/** Gradient, Adam and copies of some rows. */
// @ts-ignore: decorator
@inline
function learnRows(
  m: Matrix, adam: Adam, epoch: Epoch, first: usize, end: usize, dendritic: bool,
): void {
  gradientOfRows(m, first, end, dendritic);
  adamOfRows(m, first, end, adam, epoch);
  publishRows(m, first, end, dendritic);
}

/** Gradient, Adam and copies of the thread's share of rows. */
export function learn(m: Matrix, adam: Adam, epoch: Epoch, thread: u32, threads: u32): void {
  const end = share(m.rows, thread + 1, threads);
  for (let r = share(m.rows, thread, threads); r < end; r = groupEnd(m, r, end)) {
    if (m.dendritic) learnRows(m, adam, epoch, r, groupEnd(m, r, end), true);
    else learnRows(m, adam, epoch, r, groupEnd(m, r, end), false);
  }
}
