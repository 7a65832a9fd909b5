import {
  COEFFICIENTS, GRADIENT, IMEM, MEMBRANE, SPIKES, STATE, TAPE, VECTOR,
} from '../layout';
import { fire, furtherSpikes, imemAfter, integrate, manyFired, retreat, spikesOf } from './neuron';
import { addOuter, addRows, addSparse, append, SparseRows, timesSingle } from './rows';
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
  /**
   * Where a row is a single vector: the gradient of the input matrix from this block, and its rows. It is
   * summed on the way back, where the machine has to wait anyway.
   */
  gathered: usize;
  sources: u32;
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
  /** Whether any step of the block held more than one spike of a neuron. */
  many: u32;
}

/** How an error is weighed. */
@unmanaged
export class SquaredError {
  /** 1/(trials·steps·neurons). */
  scale: f32;
  /** Weight of an error where no spike was wanted. */
  silence: f32;
}

/** Appends the spikes of a row to a list that holds `size`. */
function appendSpikes(list: SparseRows, size: usize, state: usize, vectors: u32): usize {
  const indices = list.indices;
  const counts = list.counts;
  for (let v: u32 = 0; v < vectors; v++, state += STATE) {
    const spikes = v128.load(state, SPIKES);
    if (v128.any_true(spikes)) size = append(indices, counts, size, v << 2, spikes);
  }
  return size;
}

/** Adds the spikes beyond the first of every neuron of a row. */
function addFurtherSpikes(c: usize, state: usize, vectors: u32): void {
  for (let v: u32 = 0; v < vectors; v++, c += COEFFICIENTS, state += STATE) {
    const further = furtherSpikes(v128.load(state, MEMBRANE), c);
    v128.store(state, f32x4.add(v128.load(state, SPIKES), further), SPIKES);
  }
}

/** Sum of the four rows of a matrix, each times a lane of `value`: shorter than a list. */
// @ts-ignore: decorator
@inline
function fourRows(matrix: usize, value: v128): v128 {
  const a = f32x4.mul(v128.load(matrix, 0), v128.shuffle<f32>(value, value, 0, 0, 0, 0));
  const b = f32x4.mul(v128.load(matrix, 16), v128.shuffle<f32>(value, value, 1, 1, 1, 1));
  const c = f32x4.mul(v128.load(matrix, 32), v128.shuffle<f32>(value, value, 2, 2, 2, 2));
  const d = f32x4.mul(v128.load(matrix, 48), v128.shuffle<f32>(value, value, 3, 3, 3, 3));
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/**
 * One step of a row of vectors. Between its halves lies a long chain of operations, so each half runs over all
 * vectors: the machine then has independent work at hand. Returns whether any neuron fired; corrects the
 * count of those that did so more than once, and sets `w.many` then.
 */
// @ts-ignore: decorator
@inline
function stepRow(
  c: usize, state: usize, drive: usize, vectors: u32, tape: usize, record: bool, w: Workspace,
): bool {
  let cAt = c;
  let stateAt = state;
  for (let v: u32 = 0; v < vectors; v++) {
    const membrane = integrate(cAt, stateAt, v128.load(drive), tape, record);
    v128.store(stateAt, membrane, MEMBRANE);
    cAt += COEFFICIENTS;
    stateAt += STATE;
    drive += VECTOR;
    if (record) tape += TAPE;
  }
  let any = i64x2.splat(0);
  let many = i64x2.splat(0);
  cAt = c;
  stateAt = state;
  for (let v: u32 = 0; v < vectors; v++) {
    const membrane = v128.load(stateAt, MEMBRANE);
    any = v128.or(any, fire(cAt, stateAt, membrane));
    many = v128.or(many, manyFired(membrane, cAt));
    cAt += COEFFICIENTS;
    stateAt += STATE;
  }
  if (!v128.any_true(any)) return false;
  if (v128.any_true(many)) {
    addFurtherSpikes(c, state, vectors);
    w.many = 1;
  }
  return true;
}

/** {@link stepRow} of a single vector. */
// @ts-ignore: decorator
@inline
function stepSingle(
  c: usize, state: usize, drive: v128, tape: usize, record: bool, w: Workspace,
): void {
  const membrane = integrate(c, state, drive, tape, record);
  fire(c, state, membrane);
  if (v128.any_true(manyFired(membrane, c))) {
    addFurtherSpikes(c, state, 1);
    w.many = 1;
  }
}

/**
 * Runs a block through all steps and leaves tape, drive and spikes. Where `feed` is given, the drive is
 * `input` (by time, its row `inputRow` for the first step) times it; where not, the drive stands there.
 */
export function forward(
  block: Block, w: Workspace, steps: usize, vectors: u32,
  feed: usize, input: SparseRows, inputRow: usize, recurrent: usize,
): void {
  const spikes = w.spikes;
  const starts = spikes.starts;
  const state = w.state;
  const c = block.coefficients;
  memory.copy(state, block.start, <usize>vectors * STATE);
  let size = appendSpikes(spikes, 0, state, vectors);
  store<u32>(starts, 0);
  store<u32>(starts, <u32>size, 4);
  const rowTape = <usize>vectors * TAPE;
  const rowBytes = <usize>vectors * VECTOR;
  w.many = 0;
  let tape = w.tape;
  let drive = block.drive;
  if (vectors == 1) {
    let echo = recurrent ? fourRows(recurrent, v128.load(state, SPIKES)) : i64x2.splat(0);
    for (let t: usize = 0; t < steps; t++) {
      const outside = feed ? timesSingle(feed, input, t + inputRow) : v128.load(drive);
      const sum = f32x4.add(outside, echo);
      v128.store(drive, sum);
      stepSingle(c, state, sum, tape, true, w);
      // Whether any neuron fires cannot be foreseen, so nothing waits for it.
      const fired = v128.load(state, SPIKES);
      if (recurrent) echo = fourRows(recurrent, fired);
      size = append(spikes.indices, spikes.counts, size, 0, fired);
      store<u32>(starts + (t << 2), <u32>size, 8);
      tape += TAPE;
      drive += VECTOR;
    }
    return;
  }
  for (let t: usize = 0; t < steps; t++) {
    if (feed) {
      clear(drive, vectors);
      addSparse(drive, vectors, feed, input, t + inputRow);
    }
    if (recurrent) addSparse(drive, vectors, recurrent, spikes, t);
    if (stepRow(c, state, drive, vectors, tape, true, w)) {
      size = appendSpikes(spikes, size, state, vectors);
    }
    store<u32>(starts + (t << 2), <u32>size, 8);
    tape += rowTape;
    drive += rowBytes;
  }
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
  many: bool, input: SparseRows, inputRow: usize, recurrent: usize, feed: usize, below: usize,
  belowVectors: u32,
): f64 {
  const gathered = block.gathered;
  if (gathered) clear(gathered, block.sources);
  const rowTape = <usize>vectors * TAPE;
  const rowBytes = <usize>vectors * VECTOR;
  const indices = w.indices;
  const values = w.values;
  const gradients = w.gradient;
  const later = w.later;
  const coefficients = block.coefficients;
  const listed = below != 0 || (recurrent != 0 && vectors > 1);
  const silence = squared ? splat(error.silence) : i64x2.splat(0);
  const scale = squared ? splat(2 * error.scale) : i64x2.splat(0);
  let row = block.drive + steps * rowBytes;
  let target = block.target + steps * rowBytes;
  let tape = w.tape + steps * rowTape;
  memory.fill(gradients, 0, <usize>vectors * GRADIENT);
  clear(later, vectors);
  let loss = i64x2.splat(0);
  for (let t = steps; t-- > 0; ) {
    row -= rowBytes;
    target -= rowBytes;
    tape -= rowTape;
    const outer = w.outer + t * w.outerStride;
    // From the last vector to the first, as from the last step to the first: memory is read one way.
    let c = coefficients + <usize>vectors * COEFFICIENTS;
    let start = block.start + <usize>vectors * STATE;
    let gradient = gradients + <usize>vectors * GRADIENT;
    let tapeAt = tape + rowTape;
    for (let at = rowBytes; at > 0; ) {
      at -= VECTOR;
      c -= COEFFICIENTS;
      start -= STATE;
      gradient -= GRADIENT;
      tapeAt -= TAPE;
      let dSpikes = v128.load(later + at);
      if (squared) {
        const wanted = v128.load(target + at);
        const miss = f32x4.sub(spikesOf(c, tapeAt, many), wanted);
        const silent = f32x4.eq(wanted, i64x2.splat(0));
        const weighed = v128.bitselect(f32x4.mul(miss, silence), miss, silent);
        loss = f32x4.add(loss, f32x4.mul(weighed, miss));
        dSpikes = f32x4.add(dSpikes, f32x4.mul(weighed, scale));
      } else {
        dSpikes = f32x4.add(dSpikes, v128.load(outer + at));
      }
      const imem = t > 0 ? imemAfter(c, tapeAt - rowTape) : v128.load(start, IMEM);
      v128.store(later + at, retreat(c, tapeAt, imem, gradient, row + at, dSpikes));
    }
    if (gathered) addOuter(gathered, input, t + inputRow, v128.load(row));
    if (listed) {
      let size: usize = 0;
      for (let v: u32 = 0; v < vectors; v++) {
        size = append(indices, values, size, v << 2, v128.load(row + (<usize>v << 4)));
      }
      if (recurrent) addRows(later, vectors, recurrent, indices, values, size);
      if (below) {
        const out = below + t * (<usize>belowVectors * VECTOR);
        clear(out, belowVectors);
        addRows(out, belowVectors, feed, indices, values, size);
      }
    } else if (recurrent) {
      v128.store(later, f32x4.add(v128.load(later), fourRows(recurrent, v128.load(row))));
    }
  }
  return sum(loss);
}

/** {@link back} from the squared error. */
export function backFromError(
  block: Block, w: Workspace, steps: usize, vectors: u32, error: SquaredError, input: SparseRows,
  inputRow: usize, recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): f64 {
  if (w.many) {
    return back(
      block, w, steps, vectors, error, true, true, input, inputRow, recurrent, feed, below,
      belowVectors,
    );
  }
  return back(
    block, w, steps, vectors, error, true, false, input, inputRow, recurrent, feed, below,
    belowVectors,
  );
}

/** {@link back} from the gradient in `w.outer`. */
export function backFromOuter(
  block: Block, w: Workspace, steps: usize, vectors: u32, input: SparseRows, inputRow: usize,
  recurrent: usize, feed: usize, below: usize, belowVectors: u32,
): void {
  const none = changetype<SquaredError>(0);
  back(
    block, w, steps, vectors, none, false, false, input, inputRow, recurrent, feed, below,
    belowVectors,
  );
}

/** Writes the spikes of a vector as whole numbers. */
// @ts-ignore: decorator
@inline
function storeCounts(at: usize, state: usize): void {
  v128.store(at, i32x4.trunc_sat_f32x4_s(v128.load(state, SPIKES)));
}

/**
 * Runs `steps` steps on the weighted input at `drive`, `rows` trials side by side, and goes on from the
 * state it left. Writes the spikes, as u32, where the input was.
 */
export function stream(
  coefficients: usize, states: usize, drive: usize, steps: usize, rows: usize, vectors: u32,
  recurrent: usize, w: Workspace,
): void {
  const rowBytes = <usize>vectors * VECTOR;
  if (vectors == 1 && rows == 1) {
    let echo = recurrent ? fourRows(recurrent, v128.load(states, SPIKES)) : i64x2.splat(0);
    for (const end = drive + steps * VECTOR; drive < end; drive += VECTOR) {
      const sum = f32x4.add(v128.load(drive), echo);
      stepSingle(coefficients, states, sum, 0, false, w);
      storeCounts(drive, states);
      if (recurrent) echo = fourRows(recurrent, v128.load(states, SPIKES));
    }
    return;
  }
  const spikes = w.spikes;
  for (let t: usize = 0; t < steps; t++) {
    let c = coefficients;
    let state = states;
    for (let r: usize = 0; r < rows; r++) {
      if (recurrent) {
        const size = appendSpikes(spikes, 0, state, vectors);
        addRows(drive, vectors, recurrent, spikes.indices, spikes.counts, size);
      }
      stepRow(c, state, drive, vectors, 0, false, w);
      for (const end = drive + rowBytes; drive < end; drive += VECTOR) {
        storeCounts(drive, state);
        c += COEFFICIENTS;
        state += STATE;
      }
    }
  }
}
