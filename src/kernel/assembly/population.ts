import { COEFFICIENTS, GRADIENT, IMEM, SPIKES, STATE, TAPE, VECTOR } from '../layout';
import { imemAfter, retreat, spikesOf, step } from './neuron';
import { addRows, addSparse, append, SparseRows } from './rows';
import { clear, splat, sum } from './vector';

/** A population on one block: one trial, or as many trials as fit into four lanes. */
@unmanaged
export class Block {
  /** Coefficients of the neurons. */
  coefficients: usize;
  /** State at the start. */
  start: usize;
  /** Weighted input of every step, then the gradient with respect to it; a row of zeros on both sides. */
  drive: usize;
  /** Spikes by channel: the recurrence of which step they are (0 … steps). */
  fired: SparseRows;
  /** Wanted spikes, where the loss is an error. */
  target: usize;
}

/** Room that a thread needs for one population; every block uses it anew. */
@unmanaged
export class Workspace {
  state: usize;
  tape: usize;
  gradient: usize;
  /** Gradient with respect to the spikes of a step that comes from later steps, one row. */
  later: usize;
  /** Gradient with respect to the spikes of every step that comes from the loss or the next population. */
  outer: usize;
  /** Bytes from one row of `outer` to the next; 0 where all steps share one. */
  outerStride: usize;
  /** Spikes by the step whose recurrence they are: steps + 2 starts. */
  spikes: SparseRows;
  /** Entries of a gradient that are not zero. */
  indices: usize;
  values: usize;
}

/** How an error is weighed. */
@unmanaged
export class SquaredError {
  /** 1/(trials·steps·neurons). */
  scale: f32;
  /** Weight of an error where no spike was wanted. */
  silence: f32;
}

/** Lists the spikes that act by recurrence in the first step. */
function listStart(w: Workspace, block: Block, vectors: u32): usize {
  let size: usize = 0;
  for (let v: u32 = 0; v < vectors; v++) {
    const spikes = v128.load(block.start + <usize>v * STATE, SPIKES);
    if (v128.any_true(spikes)) {
      size = append(w.spikes.indices, w.spikes.counts, size, v << 2, spikes);
    }
  }
  store<u32>(w.spikes.starts, 0);
  store<u32>(w.spikes.starts, <u32>size, 4);
  return size;
}

/**
 * Runs a block through all steps and leaves tape, drive and spikes. Where `feed` is given, the drive is
 * `input` (by time, its row `inputRow` for the first step) times it; where not, the drive stands there.
 */
export function forward(
  block: Block, w: Workspace, steps: usize, vectors: u32,
  feed: usize, input: SparseRows, inputRow: usize, recurrent: usize,
): void {
  memory.copy(w.state, block.start, <usize>vectors * STATE);
  const spikes = w.spikes;
  const starts = spikes.starts;
  const indices = spikes.indices;
  const counts = spikes.counts;
  let size = listStart(w, block, vectors);
  let tape = w.tape;
  let drive = block.drive;
  for (let t: usize = 0; t < steps; t++) {
    if (feed) {
      clear(drive, vectors);
      addSparse(drive, vectors, feed, input, t + inputRow);
    }
    if (recurrent) addSparse(drive, vectors, recurrent, spikes, t);
    let c = block.coefficients;
    let state = w.state;
    for (let v: u32 = 0; v < vectors; v++) {
      const fired = step(c, state, v128.load(drive), tape, true);
      if (v128.any_true(fired)) size = append(indices, counts, size, v << 2, fired);
      c += COEFFICIENTS;
      state += STATE;
      tape += TAPE;
      drive += VECTOR;
    }
    store<u32>(starts + (t << 2), <u32>size, 8);
  }
}

/** out += matrix of four rows times the lanes of `value`, where no row is worth a list. */
// @ts-ignore: decorator
@inline
function addFour(out: usize, matrix: usize, value: v128): void {
  const a = f32x4.mul(v128.load(matrix, 0), v128.shuffle<f32>(value, value, 0, 0, 0, 0));
  const b = f32x4.mul(v128.load(matrix, 16), v128.shuffle<f32>(value, value, 1, 1, 1, 1));
  const c = f32x4.mul(v128.load(matrix, 32), v128.shuffle<f32>(value, value, 2, 2, 2, 2));
  const d = f32x4.mul(v128.load(matrix, 48), v128.shuffle<f32>(value, value, 3, 3, 3, 3));
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  v128.store(out, f32x4.add(v128.load(out), sum));
}

/**
 * Takes the gradient back through all steps: leaves it, with respect to the weighted input, where the
 * drive was. `error` weighs the squared error against `block.target`; without, `w.outer` holds the gradient
 * with respect to the spikes. `recurrent` and `feed` are transposed; `below` receives what reaches the
 * spikes of the population before. Returns the sum of weighted squares.
 */
// @ts-ignore: decorator
@inline
function back(
  block: Block, w: Workspace, steps: usize, vectors: u32, error: SquaredError, squared: bool,
  recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): f64 {
  const rowTape = <usize>vectors * TAPE;
  const rowBytes = <usize>vectors * VECTOR;
  memory.fill(w.gradient, 0, <usize>vectors * GRADIENT);
  clear(w.later, vectors);
  let loss = splat(0);
  for (let t = steps; t-- > 0; ) {
    const dense = vectors == 1 && !below;
    const listed = !dense && ((recurrent && t > 0) || below);
    let size: usize = 0;
    let c = block.coefficients;
    let tape = w.tape + t * rowTape;
    let drive = block.drive + t * rowBytes;
    let target = block.target + t * rowBytes;
    let outer = w.outer + t * w.outerStride;
    let gradient = w.gradient;
    let later = w.later;
    let start = block.start;
    for (let v: u32 = 0; v < vectors; v++) {
      let dSpikes = v128.load(later);
      if (squared) {
        const wanted = v128.load(target);
        const miss = f32x4.sub(spikesOf(c, tape), wanted);
        const silent = f32x4.eq(wanted, splat(0));
        const weighed = v128.bitselect(f32x4.mul(miss, splat(error.silence)), miss, silent);
        loss = f32x4.add(loss, f32x4.mul(weighed, miss));
        dSpikes = f32x4.add(dSpikes, f32x4.mul(weighed, splat(2 * error.scale)));
      } else {
        dSpikes = f32x4.add(dSpikes, v128.load(outer));
      }
      const imem = t > 0 ? imemAfter(c, tape - rowTape) : v128.load(start, IMEM);
      v128.store(later, retreat(c, tape, imem, gradient, drive, dSpikes));
      if (listed) size = append(w.indices, w.values, size, v << 2, v128.load(drive));
      c += COEFFICIENTS;
      tape += TAPE;
      drive += VECTOR;
      target += VECTOR;
      outer += VECTOR;
      gradient += GRADIENT;
      later += VECTOR;
      start += STATE;
    }
    if (recurrent && t > 0) {
      if (dense) addFour(w.later, recurrent, v128.load(drive - VECTOR));
      else addRows(w.later, vectors, recurrent, w.indices, w.values, size);
    }
    if (below) {
      const out = below + t * (<usize>belowVectors * VECTOR);
      clear(out, belowVectors);
      addRows(out, belowVectors, feed, w.indices, w.values, size);
    }
  }
  return sum(loss);
}

/** {@link back} from the squared error. */
export function backFromError(
  block: Block, w: Workspace, steps: usize, vectors: u32, error: SquaredError,
  recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): f64 {
  return back(block, w, steps, vectors, error, true, recurrent, feed, below, belowVectors);
}

/** {@link back} from the gradient in `w.outer`. */
export function backFromOuter(
  block: Block, w: Workspace, steps: usize, vectors: u32,
  recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): void {
  const none = changetype<SquaredError>(0);
  back(block, w, steps, vectors, none, false, recurrent, feed, below, belowVectors);
}

/**
 * Runs `steps` steps on the weighted input at `drive`, and goes on from the state it left. Writes the
 * spikes where the input was.
 */
export function stream(
  coefficients: usize, state: usize, drive: usize, steps: usize, rows: usize, vectors: u32,
  recurrent: usize, w: Workspace,
): void {
  const rowBytes = <usize>vectors * VECTOR;
  const spikes = w.spikes;
  for (let t: usize = 0; t < steps; t++) {
    let c = coefficients;
    let s = state;
    for (let r: usize = 0; r < rows; r++) {
      if (recurrent) {
        let size: usize = 0;
        for (let v: u32 = 0; v < vectors; v++) {
          const before = v128.load(s + <usize>v * STATE, SPIKES);
          if (v128.any_true(before)) {
            size = append(spikes.indices, spikes.counts, size, v << 2, before);
          }
        }
        addRows(drive, vectors, recurrent, spikes.indices, spikes.counts, size);
      }
      for (const end = drive + rowBytes; drive < end; drive += VECTOR) {
        v128.store(drive, step(c, s, v128.load(drive), 0, false));
        c += COEFFICIENTS;
        s += STATE;
      }
    }
  }
}
