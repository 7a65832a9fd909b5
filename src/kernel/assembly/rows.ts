import { lanesOf, packing } from './packing';
import { clear, madd } from './vector';

/**
 * Sparse entries in rows: those of row r are number starts[r] to starts[r+1] of `indices` (u32) and
 * `counts` (f32). Spikes by time list the channels that fired; spikes by channel the times.
 */
@unmanaged
export class SparseRows {
  starts: usize;
  indices: usize;
  counts: usize;
  /** Whether any count may be another than one: rows are then more than added. */
  counted: u32;
}

// @ts-ignore: decorator
@inline
function row(matrix: usize, indices: usize, k: usize, stride: usize): usize {
  return matrix + <usize>load<u32>(indices + (k << 2)) * stride;
}

/** Count number `k` in all lanes. */
// @ts-ignore: decorator
@inline
function countOf(counts: usize, k: usize, counted: bool): v128 {
  return counted ? v128.load32_splat(counts + (k << 2)) : i64x2.splat(0);
}

/** The vector at `at` times its count. */
// @ts-ignore: decorator
@inline
function times(count: v128, at: usize, counted: bool): v128 {
  return counted ? f32x4.mul(count, v128.load(at)) : v128.load(at);
}

/** sum + the vector at `at` times its count. */
// @ts-ignore: decorator
@inline
function plus(sum: v128, count: v128, at: usize, counted: bool): v128 {
  return counted ? madd(count, v128.load(at), sum) : f32x4.add(sum, v128.load(at));
}

/** Narrow rows: four columns at a time stay in registers over all rows; more than that would not. */
// @ts-ignore: decorator
@inline
function addNarrow(
  out: usize, vectors: u32, matrix: usize, indices: usize, counts: usize, rows: usize, counted: bool,
): void {
  const stride = <usize>vectors << 4;
  let column: usize = 0;
  for (; column + 64 <= stride; column += 64) {
    const to = out + column;
    let a = v128.load(to, 0);
    let b = v128.load(to, 16);
    let c = v128.load(to, 32);
    let d = v128.load(to, 48);
    for (let k: usize = 0; k < rows; k++) {
      const count = countOf(counts, k, counted);
      const at = row(matrix + column, indices, k, stride);
      a = plus(a, count, at, counted);
      b = plus(b, count, at + 16, counted);
      c = plus(c, count, at + 32, counted);
      d = plus(d, count, at + 48, counted);
    }
    v128.store(to, a, 0);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
  for (; column < stride; column += 16) {
    let even = v128.load(out + column);
    let odd = i64x2.splat(0);
    const from = matrix + column;
    let k: usize = 0;
    for (; k + 2 <= rows; k += 2) {
      const first = row(from, indices, k, stride);
      const second = row(from, indices, k + 1, stride);
      even = plus(even, countOf(counts, k, counted), first, counted);
      odd = plus(odd, countOf(counts, k + 1, counted), second, counted);
    }
    if (k < rows) {
      const last = row(from, indices, k, stride);
      even = plus(even, countOf(counts, k, counted), last, counted);
    }
    v128.store(out + column, f32x4.add(even, odd));
  }
}

/** Adds four rows at one column, each times its count. */
// @ts-ignore: decorator
@inline
function addFour(
  to: usize, a: v128, b: v128, c: v128, d: v128, rowA: usize, rowB: usize, rowC: usize, rowD: usize,
  counted: bool,
): void {
  const first = plus(times(a, rowA, counted), b, rowB, counted);
  const second = plus(times(c, rowC, counted), d, rowD, counted);
  v128.store(to, f32x4.add(v128.load(to), f32x4.add(first, second)));
}

/** Wide rows: four of them are read at a time from end to end, as memory likes it. */
// @ts-ignore: decorator
@inline
function addWide(
  out: usize, vectors: u32, matrix: usize, indices: usize, counts: usize, rows: usize, counted: bool,
): void {
  const stride = <usize>vectors << 4;
  const end = out + stride;
  let k: usize = 0;
  for (; k + 4 <= rows; k += 4) {
    const a = countOf(counts, k, counted);
    const b = countOf(counts, k + 1, counted);
    const c = countOf(counts, k + 2, counted);
    const d = countOf(counts, k + 3, counted);
    let A = row(matrix, indices, k, stride);
    let B = row(matrix, indices, k + 1, stride);
    let C = row(matrix, indices, k + 2, stride);
    let D = row(matrix, indices, k + 3, stride);
    let to = out;
    for (; to + 64 <= end; to += 64) {
      addFour(to, a, b, c, d, A, B, C, D, counted);
      addFour(to + 16, a, b, c, d, A + 16, B + 16, C + 16, D + 16, counted);
      addFour(to + 32, a, b, c, d, A + 32, B + 32, C + 32, D + 32, counted);
      addFour(to + 48, a, b, c, d, A + 48, B + 48, C + 48, D + 48, counted);
      A += 64;
      B += 64;
      C += 64;
      D += 64;
    }
    for (; to < end; to += 16) {
      addFour(to, a, b, c, d, A, B, C, D, counted);
      A += 16;
      B += 16;
      C += 16;
      D += 16;
    }
  }
  if (k + 2 <= rows) {
    const a = countOf(counts, k, counted);
    const b = countOf(counts, k + 1, counted);
    let A = row(matrix, indices, k, stride);
    let B = row(matrix, indices, k + 1, stride);
    for (let to = out; to < end; to += 16, A += 16, B += 16) {
      v128.store(to, plus(plus(v128.load(to), a, A, counted), b, B, counted));
    }
    k += 2;
  }
  if (k < rows) {
    const count = countOf(counts, k, counted);
    let at = row(matrix, indices, k, stride);
    for (let to = out; to < end; to += 16, at += 16) {
      v128.store(to, plus(v128.load(to), count, at, counted));
    }
  }
}

/** Vectors of a row up to which columns stay in registers. */
export const NARROW: u32 = 16;

/**
 * out += Σ counts[k]·matrix[indices[k]] over `rows` rows of `vectors` vectors. This one sum is the weighted
 * input, the recurrence, the way of the gradient back through both, and the gradient of the weights.
 */
export function addRows(
  out: usize, vectors: u32, matrix: usize, indices: usize, counts: usize, rows: usize,
): void {
  if (vectors <= NARROW) addNarrow(out, vectors, matrix, indices, counts, rows, true);
  else addWide(out, vectors, matrix, indices, counts, rows, true);
}

/** The same where all counts are one. */
function addOnes(out: usize, vectors: u32, matrix: usize, indices: usize, rows: usize): void {
  if (vectors <= NARROW) addNarrow(out, vectors, matrix, indices, indices, rows, false);
  else addWide(out, vectors, matrix, indices, indices, rows, false);
}

/** {@link addRows} of the `rows` entries of a list that stand there from number `from` on. */
// @ts-ignore: decorator
@inline
export function addEntries(
  out: usize, vectors: u32, matrix: usize, list: SparseRows, from: usize, rows: usize,
): void {
  const indices = list.indices + (from << 2);
  if (list.counted) addRows(out, vectors, matrix, indices, list.counts + (from << 2), rows);
  else addOnes(out, vectors, matrix, indices, rows);
}

/** {@link addRows} of row `r` of a sparse list. */
// @ts-ignore: decorator
@inline
export function addSparse(out: usize, vectors: u32, matrix: usize, list: SparseRows, r: usize): void {
  const from = <usize>load<u32>(list.starts + (r << 2));
  const to = <usize>load<u32>(list.starts + (r << 2), 4);
  if (from < to) addEntries(out, vectors, matrix, list, from, to - from);
}

/**
 * out += Σ values[k]·matrix[k] over those of the values, {@link NARROW} vectors of them at most, that are not zero:
 * {@link addRows} without a list.
 */
export function addNonZero(out: usize, vectors: u32, matrix: usize, values: usize, valueVectors: u32): void {
  let all: u64 = 0;
  for (let v: u32 = 0; v < valueVectors; v++) {
    const value = v128.load(values + (<usize>v << 4));
    all |= <u64>i32x4.bitmask(f32x4.ne(value, i64x2.splat(0))) << (v << 2);
  }
  const stride = <usize>vectors << 4;
  let column: usize = 0;
  for (; column + 64 <= stride; column += 64) {
    const to = out + column;
    let a = v128.load(to, 0);
    let b = v128.load(to, 16);
    let c = v128.load(to, 32);
    let d = v128.load(to, 48);
    for (let left = all; left != 0; left &= left - 1) {
      const k = <usize>ctz(left);
      const value = v128.load32_splat(values + (k << 2));
      const at = matrix + column + k * stride;
      a = madd(value, v128.load(at, 0), a);
      b = madd(value, v128.load(at, 16), b);
      c = madd(value, v128.load(at, 32), c);
      d = madd(value, v128.load(at, 48), d);
    }
    v128.store(to, a, 0);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
  for (; column < stride; column += 16) {
    let a = v128.load(out + column);
    for (let left = all; left != 0; left &= left - 1) {
      const k = <usize>ctz(left);
      a = madd(v128.load32_splat(values + (k << 2)), v128.load(matrix + column + k * stride), a);
    }
    v128.store(out + column, a);
  }
}

/** Narrow rows of two lists, all counts one, in four columns from `column` on. */
// @ts-ignore: decorator
@inline
function sumFour(
  out: usize, stride: usize, column: usize, first: usize, indices: usize, rows: usize, second: usize,
  otherIndices: usize, otherRows: usize,
): void {
  let a = i64x2.splat(0);
  let b = i64x2.splat(0);
  let c = i64x2.splat(0);
  let d = i64x2.splat(0);
  for (let k: usize = 0; k < rows; k++) {
    const at = row(first + column, indices, k, stride);
    a = f32x4.add(a, v128.load(at, 0));
    b = f32x4.add(b, v128.load(at, 16));
    c = f32x4.add(c, v128.load(at, 32));
    d = f32x4.add(d, v128.load(at, 48));
  }
  for (let k: usize = 0; k < otherRows; k++) {
    const at = row(second + column, otherIndices, k, stride);
    a = f32x4.add(a, v128.load(at, 0));
    b = f32x4.add(b, v128.load(at, 16));
    c = f32x4.add(c, v128.load(at, 32));
    d = f32x4.add(d, v128.load(at, 48));
  }
  const to = out + column;
  v128.store(to, a, 0);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
}

/** out = row `r` of a list times a matrix + row `t` of another list times another matrix, if there is one. */
// @ts-ignore: decorator
@inline
export function weighBoth(
  out: usize, vectors: u32, feed: usize, input: SparseRows, r: usize, recurrent: usize, spikes: SparseRows, t: usize,
): void {
  if (recurrent && vectors <= NARROW && !(vectors & 3) && !(input.counted | spikes.counted)) {
    const stride = <usize>vectors << 4;
    const starts = input.starts + (r << 2);
    const from = <usize>load<u32>(starts);
    const indices = input.indices + (from << 2);
    const rows = <usize>load<u32>(starts, 4) - from;
    const otherStarts = spikes.starts + (t << 2);
    const otherFrom = <usize>load<u32>(otherStarts);
    const others = spikes.indices + (otherFrom << 2);
    const otherRows = <usize>load<u32>(otherStarts, 4) - otherFrom;
    for (let column: usize = 0; column < stride; column += 64) {
      sumFour(out, stride, column, feed, indices, rows, recurrent, others, otherRows);
    }
    return;
  }
  clear(out, vectors);
  addSparse(out, vectors, feed, input, r);
  if (recurrent) addSparse(out, vectors, recurrent, spikes, t);
}

// @ts-ignore: decorator
@inline
function sumSingle(matrix: usize, list: SparseRows, r: usize, counted: bool): v128 {
  let sum = i64x2.splat(0);
  const starts = list.starts + (r << 2);
  const indices = list.indices;
  const counts = list.counts;
  const end = <usize>load<u32>(starts, 4);
  for (let k = <usize>load<u32>(starts); k < end; k++) {
    sum = plus(sum, countOf(counts, k, counted), row(matrix, indices, k, 16), counted);
  }
  return sum;
}

/** Row `r` of a sparse list times a matrix whose rows are single vectors. */
// @ts-ignore: decorator
@inline
export function timesSingle(matrix: usize, list: SparseRows, r: usize): v128 {
  return list.counted ? sumSingle(matrix, list, r, true) : sumSingle(matrix, list, r, false);
}

// @ts-ignore: decorator
@inline
function addToRows(matrix: usize, list: SparseRows, r: usize, value: v128, counted: bool): void {
  const starts = list.starts + (r << 2);
  const indices = list.indices;
  const counts = list.counts;
  const end = <usize>load<u32>(starts, 4);
  for (let k = <usize>load<u32>(starts); k < end; k++) {
    const at = row(matrix, indices, k, 16);
    const part = counted ? f32x4.mul(countOf(counts, k, true), value) : value;
    v128.store(at, f32x4.add(v128.load(at), part));
  }
}

/** Adds row `r` of a sparse list, as a column, times a single vector to a matrix. */
// @ts-ignore: decorator
@inline
export function addOuter(matrix: usize, list: SparseRows, r: usize, value: v128): void {
  if (list.counted) addToRows(matrix, list, r, value, true);
  else addToRows(matrix, list, r, value, false);
}

/**
 * Appends the lanes of `value` that are not zero, with their numbers from `first` on; returns how many there
 * are then. There must be room for four more.
 */
// @ts-ignore: decorator
@inline
export function append(indices: usize, counts: usize, size: usize, first: u32, value: v128): usize {
  const mask = i32x4.bitmask(f32x4.ne(value, i64x2.splat(0)));
  const at = size << 2;
  v128.store(indices + at, i32x4.add(i32x4.splat(first), lanesOf(mask)));
  v128.store(counts + at, i8x16.swizzle(value, packing(mask)));
  return size + <usize>i32.popcnt(mask);
}

/**
 * Sorts a list by time into one by channel: entry (r, index) becomes (index, r). A counting sort, so that the
 * order in time is kept. `into.starts` holds `channels` + 1 numbers.
 */
export function transpose(list: SparseRows, rows: usize, into: SparseRows, channels: usize): void {
  into.counted = list.counted;
  const starts = into.starts;
  memory.fill(starts, 0, (channels + 1) << 2);
  const total = <usize>load<u32>(list.starts + (rows << 2));
  for (let k: usize = 0; k < total; k++) {
    const at = starts + (<usize>load<u32>(list.indices + (k << 2)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  // From counts to ends; each entry then takes its end one down, from the last to the first.
  let end: u32 = 0;
  for (let channel: usize = 0; channel < channels; channel++) {
    end += load<u32>(starts + (channel << 2));
    store<u32>(starts + (channel << 2), end);
  }
  store<u32>(starts + (channels << 2), end);
  for (let r = rows; r > 0; r--) {
    const from = <usize>load<u32>(list.starts + ((r - 1) << 2));
    for (let k = <usize>load<u32>(list.starts + (r << 2)); k > from; k--) {
      const at = starts + (<usize>load<u32>(list.indices + ((k - 1) << 2)) << 2);
      const place = load<u32>(at) - 1;
      store<u32>(at, place);
      store<u32>(into.indices + (<usize>place << 2), <u32>(r - 1));
      store<f32>(into.counts + (<usize>place << 2), load<f32>(list.counts + ((k - 1) << 2)));
    }
  }
}
