import { addSparse, SparseRows } from './rows';
import { clear, madd, splat } from './vector';

/** Settings of Adam (Kingma & Ba 2015) that hold throughout. */
@unmanaged
export class Adam {
  beta1: f32;
  beta2: f32;
  epsilon: f32;
}

/** What changes from epoch to epoch. */
@unmanaged
export class Epoch {
  /** Learning rate over 1 - beta1^epoch. */
  rate: f32;
  /** 1/(1 - beta2^epoch). */
  squareScale: f32;
}

/** A matrix of weights `[pre][post]`, and all that belongs to it. Rows are padded to whole vectors. */
@unmanaged
export class Matrix {
  rows: u32;
  columns: u32;
  vectors: u32;
  /** Trials that share a block. */
  pack: u32;
  /** Whether it learns. */
  learns: u32;
  weights: usize;
  gradient: usize;
  mean: usize;
  square: usize;
  /** Least and greatest weights. */
  least: usize;
  most: usize;
  /** The matrix of a block: the weights themselves, or a copy for every trial of the block. */
  spread: usize;
  /** The same transposed, if anything needs it, and the vectors of its rows. */
  transposed: usize;
  transposedVectors: u32;
  /** Per block: what comes in by channel (a SparseRows), and the gradient it meets, row by row. */
  blocks: u32;
  inputs: usize;
  drives: usize;
  /** Per block: the gradient of every channel, where a row is a single vector and it is gathered on the way. */
  gathered: usize;
  /** Room for the gradient of every channel of a block, where trials share one. */
  mixed: usize;
}

/** Adds what channel `source` of every block contributed, block by block. */
// @ts-ignore: decorator
@inline
function addBlocks(m: Matrix, out: usize, vectors: u32, source: usize): void {
  for (let b: usize = 0; b < m.blocks; b++) {
    if (m.gathered) {
      const own = load<usize>(m.gathered + (b << 2)) + (source << 4);
      v128.store(out, f32x4.add(v128.load(out), v128.load(own)));
    } else {
      const input = changetype<SparseRows>(load<usize>(m.inputs + (b << 2)));
      addSparse(out, vectors, load<usize>(m.drives + (b << 2)), input, source);
    }
  }
}

/** Gradient of row `r`. */
function gradientOfRow(m: Matrix, r: usize): void {
  const out = m.gradient + ((r * m.vectors) << 4);
  clear(out, m.vectors);
  if (m.pack == 1) return addBlocks(m, out, m.vectors, r);
  // A row of several trials: of its four lanes, each trial's met only its own channels.
  for (let trial: u32 = 0; trial < m.pack; trial++) {
    const all = m.mixed + ((<usize>trial * m.rows + r) << 4);
    clear(all, 1);
    addBlocks(m, all, 1, <usize>trial * m.rows + r);
    for (let n: u32 = 0; n < m.columns; n++) {
      const part = load<f32>(all + ((trial * m.columns + n) << 2));
      store<f32>(out + (n << 2), load<f32>(out + (n << 2)) + part);
    }
  }
}

/** One step of Adam on row `r`, then its bounds. */
function adamOfRow(m: Matrix, r: usize, adam: Adam, epoch: Epoch): void {
  const beta1 = splat(adam.beta1);
  const beta2 = splat(adam.beta2);
  const rest1 = splat(1 - adam.beta1);
  const rest2 = splat(1 - adam.beta2);
  const epsilon = splat(adam.epsilon);
  const rate = splat(epoch.rate);
  const scale = splat(epoch.squareScale);
  const from = (r * m.vectors) << 4;
  for (let at = from; at < from + (<usize>m.vectors << 4); at += 16) {
    const g = v128.load(m.gradient + at);
    const mean = madd(rest1, g, f32x4.mul(beta1, v128.load(m.mean + at)));
    const square = madd(f32x4.mul(rest2, g), g, f32x4.mul(beta2, v128.load(m.square + at)));
    v128.store(m.mean + at, mean);
    v128.store(m.square + at, square);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(square, scale)), epsilon);
    const weight = f32x4.sub(v128.load(m.weights + at), f32x4.div(f32x4.mul(rate, mean), root));
    const bounded = f32x4.pmin(f32x4.pmax(weight, v128.load(m.least + at)), v128.load(m.most + at));
    v128.store(m.weights + at, bounded);
  }
}

/** Brings the copies of row `r` up to date. */
function publishRow(m: Matrix, r: usize): void {
  const row = m.weights + ((r * m.vectors) << 4);
  for (let trial: u32 = 0; trial < m.pack; trial++) {
    const source = <usize>trial * m.rows + r;
    for (let n: u32 = 0; n < m.columns; n++) {
      const weight = load<f32>(row + (n << 2));
      const lane = <usize>(trial * m.columns + n);
      if (m.pack > 1) store<f32>(m.spread + (((source << 2) + lane) << 2), weight);
      if (m.transposed) {
        store<f32>(m.transposed + ((lane * (m.transposedVectors << 2) + source) << 2), weight);
      }
    }
  }
}

/** Brings all copies of a matrix up to date with its weights. */
export function publish(m: Matrix): void {
  for (let r: usize = 0; r < m.rows; r++) publishRow(m, r);
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
  for (let r = share(m.rows, thread, threads); r < end; r++) gradientOfRow(m, r);
}

/** Gradient, Adam and copies of the thread's share of rows, row by row. */
export function learn(m: Matrix, adam: Adam, epoch: Epoch, thread: u32, threads: u32): void {
  const end = share(m.rows, thread + 1, threads);
  for (let r = share(m.rows, thread, threads); r < end; r++) {
    gradientOfRow(m, r);
    adamOfRow(m, r, adam, epoch);
    publishRow(m, r);
  }
}
