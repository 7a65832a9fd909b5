import { addNarrow, NARROW, sumOnes } from './narrow';
import { countOf, plus, row, SparseRows } from './sparse';
import { clear, madd } from './vector';

/** The sum of four vectors, each times its count. */
// @ts-ignore: decorator
@inline
function sumFour(
  a: v128, b: v128, c: v128, d: v128, A: v128, B: v128, C: v128, D: v128, counted: bool,
): v128 {
  const first = counted ? madd(b, B, f32x4.mul(a, A)) : f32x4.add(A, B);
  const second = counted ? madd(d, D, f32x4.mul(c, C)) : f32x4.add(C, D);
  return f32x4.add(first, second);
}

/** Adds four rows at one column, each times its count. */
// @ts-ignore: decorator
@inline
function addFour(
  to: usize, a: v128, b: v128, c: v128, d: v128, A: usize, B: usize, C: usize, D: usize, counted: bool,
): void {
  const sum = sumFour(a, b, c, d, v128.load(A), v128.load(B), v128.load(C), v128.load(D), counted);
  v128.store(to, f32x4.add(v128.load(to), sum));
}

/** The same at four columns, written out: the offset of a load has to be a constant where it stands. */
// @ts-ignore: decorator
@inline
function addLine(
  to: usize, a: v128, b: v128, c: v128, d: v128, A: usize, B: usize, C: usize, D: usize, counted: bool,
): void {
  const sum0 = sumFour(
    a, b, c, d, v128.load(A, 0), v128.load(B, 0), v128.load(C, 0), v128.load(D, 0), counted,
  );
  v128.store(to, f32x4.add(v128.load(to, 0), sum0), 0);
  const sum1 = sumFour(
    a, b, c, d, v128.load(A, 16), v128.load(B, 16), v128.load(C, 16), v128.load(D, 16), counted,
  );
  v128.store(to, f32x4.add(v128.load(to, 16), sum1), 16);
  const sum2 = sumFour(
    a, b, c, d, v128.load(A, 32), v128.load(B, 32), v128.load(C, 32), v128.load(D, 32), counted,
  );
  v128.store(to, f32x4.add(v128.load(to, 32), sum2), 32);
  const sum3 = sumFour(
    a, b, c, d, v128.load(A, 48), v128.load(B, 48), v128.load(C, 48), v128.load(D, 48), counted,
  );
  v128.store(to, f32x4.add(v128.load(to, 48), sum3), 48);
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
    for (; to + 256 <= end; to += 256) {
      addLine(to, a, b, c, d, A, B, C, D, counted);
      addLine(to + 64, a, b, c, d, A + 64, B + 64, C + 64, D + 64, counted);
      addLine(to + 128, a, b, c, d, A + 128, B + 128, C + 128, D + 128, counted);
      addLine(to + 192, a, b, c, d, A + 192, B + 192, C + 192, D + 192, counted);
      A += 256;
      B += 256;
      C += 256;
      D += 256;
    }
    for (; to + 64 <= end; to += 64) {
      addLine(to, a, b, c, d, A, B, C, D, counted);
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
