import { addNarrow, NARROW, sumOnes } from './narrow';
import { countOf, plus, row, SparseRows } from './sparse';
import { clear } from './vector';

/** The vector at `at` times its count. */
// @ts-ignore: decorator
@inline
function times(count: v128, at: usize, counted: bool): v128 {
  return counted ? f32x4.mul(count, v128.load(at)) : v128.load(at);
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

/** out = `bias`, if there is one, + row `r` of `input` times `feed` + row `t` of `spikes` times `recurrent`, if there is one. */
// @ts-ignore: decorator
@inline
export function sumDrive(
  out: usize, vectors: u32, bias: usize, feed: usize, input: SparseRows, r: usize, recurrent: usize,
  spikes: SparseRows, t: usize,
): void {
  if (recurrent && !bias && vectors <= NARROW && !(input.counted | spikes.counted)) {
    sumOnes(out, vectors, feed, input, r, recurrent, spikes, t);
    return;
  }
  if (bias) memory.copy(out, bias, <usize>vectors << 4);
  else clear(out, vectors);
  addSparse(out, vectors, feed, input, r);
  if (recurrent) addSparse(out, vectors, recurrent, spikes, t);
}
