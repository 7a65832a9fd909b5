// Sums over rows of a few vectors: columns stay in registers over all rows.
import { LANES, VECTOR } from '../layout';
import { countOf, plus, row, SparseRows } from './sparse';
import { madd } from './vector';

/** Vectors of a row up to which columns stay in registers. */
export const NARROW: u32 = 64 / LANES;

/** sum + the vectors at the rows of some entries, each times its count: four sums side by side, as one waits for itself. */
// @ts-ignore: decorator
@inline
function sumEntries(
  sum: v128, matrix: usize, indices: usize, counts: usize, entries: usize, stride: usize, counted: bool,
): v128 {
  let b = i64x2.splat(0);
  let c = i64x2.splat(0);
  let d = i64x2.splat(0);
  let k: usize = 0;
  for (; k + 4 <= entries; k += 4) {
    sum = plus(sum, countOf(counts, k, counted), row(matrix, indices, k, stride), counted);
    b = plus(b, countOf(counts, k + 1, counted), row(matrix, indices, k + 1, stride), counted);
    c = plus(c, countOf(counts, k + 2, counted), row(matrix, indices, k + 2, stride), counted);
    d = plus(d, countOf(counts, k + 3, counted), row(matrix, indices, k + 3, stride), counted);
  }
  for (; k < entries; k++) {
    sum = plus(sum, countOf(counts, k, counted), row(matrix, indices, k, stride), counted);
  }
  return f32x4.add(f32x4.add(sum, b), f32x4.add(c, d));
}

/** Row `r` of a sparse list times a matrix whose rows are single vectors. */
// @ts-ignore: decorator
@inline
export function sumRow(matrix: usize, list: SparseRows, r: usize, counted: bool): v128 {
  const from = <usize>load<u32>(list.starts + (r << 2));
  const entries = <usize>load<u32>(list.starts + (r << 2), 4) - from;
  return sumEntries(
    i64x2.splat(0), matrix, list.indices + (from << 2), list.counts + (from << 2), entries, VECTOR, counted,
  );
}

/** Narrow rows: four columns at a time stay in registers over all rows; more than that would not. */
// @ts-ignore: decorator
@inline
export function addNarrow(
  out: usize, vectors: u32, matrix: usize, indices: usize, counts: usize, rows: usize, counted: bool,
): void {
  const stride = <usize>vectors * VECTOR;
  let column: usize = 0;
  for (; column + 4 * VECTOR <= stride; column += 4 * VECTOR) {
    const to = out + column;
    let a = v128.load(to, 0);
    let b = v128.load(to, VECTOR);
    let c = v128.load(to, 2 * VECTOR);
    let d = v128.load(to, 3 * VECTOR);
    for (let k: usize = 0; k < rows; k++) {
      const count = countOf(counts, k, counted);
      const at = row(matrix + column, indices, k, stride);
      a = plus(a, count, at, counted);
      b = plus(b, count, at + VECTOR, counted);
      c = plus(c, count, at + 2 * VECTOR, counted);
      d = plus(d, count, at + 3 * VECTOR, counted);
    }
    v128.store(to, a, 0);
    v128.store(to, b, VECTOR);
    v128.store(to, c, 2 * VECTOR);
    v128.store(to, d, 3 * VECTOR);
  }
  for (; column < stride; column += VECTOR) {
    const sum = v128.load(out + column);
    v128.store(out + column, sumEntries(sum, matrix + column, indices, counts, rows, stride, counted));
  }
}

/**
 * out += Σ values[k]·matrix[k] over those of the values, {@link NARROW} vectors of them at most, that are not zero:
 * {@link addRows} without a list.
 */
export function addNonZero(out: usize, vectors: u32, matrix: usize, values: usize, valueVectors: u32): void {
  let all: u64 = 0;
  for (let v: u32 = 0; v < valueVectors; v++) {
    const value = v128.load(values + <usize>v * VECTOR);
    all |= <u64>i32x4.bitmask(f32x4.ne(value, i64x2.splat(0))) << (v * LANES);
  }
  const stride = <usize>vectors * VECTOR;
  let column: usize = 0;
  for (; column + 4 * VECTOR <= stride; column += 4 * VECTOR) {
    const to = out + column;
    let a = v128.load(to, 0);
    let b = v128.load(to, VECTOR);
    let c = v128.load(to, 2 * VECTOR);
    let d = v128.load(to, 3 * VECTOR);
    for (let left = all; left != 0; left &= left - 1) {
      const k = <usize>ctz(left);
      const value = v128.load32_splat(values + (k << 2));
      const at = matrix + column + k * stride;
      a = madd(value, v128.load(at, 0), a);
      b = madd(value, v128.load(at, VECTOR), b);
      c = madd(value, v128.load(at, 2 * VECTOR), c);
      d = madd(value, v128.load(at, 3 * VECTOR), d);
    }
    v128.store(to, a, 0);
    v128.store(to, b, VECTOR);
    v128.store(to, c, 2 * VECTOR);
    v128.store(to, d, 3 * VECTOR);
  }
  for (; column < stride; column += VECTOR) {
    let a = v128.load(out + column);
    for (let left = all; left != 0; left &= left - 1) {
      const k = <usize>ctz(left);
      a = madd(v128.load32_splat(values + (k << 2)), v128.load(matrix + column + k * stride), a);
    }
    v128.store(out + column, a);
  }
}

/**
 * out = Σ feed[k] over row `r` of `input` + Σ recurrent[k] over row `t` of `spikes`, of narrow rows and lists whose counts
 * are all one.
 */
// @ts-ignore: decorator
@inline
export function sumOnes(
  out: usize, vectors: u32, feed: usize, input: SparseRows, r: usize, recurrent: usize, spikes: SparseRows, t: usize,
): void {
  const stride = <usize>vectors * VECTOR;
  const enters = input.indices;
  const echoes = spikes.indices;
  const firstEnters = <usize>load<u32>(input.starts + (r << 2));
  const endEnters = <usize>load<u32>(input.starts + (r << 2), 4);
  const firstEchoes = <usize>load<u32>(spikes.starts + (t << 2));
  const endEchoes = <usize>load<u32>(spikes.starts + (t << 2), 4);
  let column: usize = 0;
  for (; column + 4 * VECTOR <= stride; column += 4 * VECTOR) {
    let a = i64x2.splat(0);
    let b = i64x2.splat(0);
    let c = i64x2.splat(0);
    let d = i64x2.splat(0);
    for (let k = firstEnters; k < endEnters; k++) {
      const at = row(feed + column, enters, k, stride);
      a = f32x4.add(a, v128.load(at, 0));
      b = f32x4.add(b, v128.load(at, VECTOR));
      c = f32x4.add(c, v128.load(at, 2 * VECTOR));
      d = f32x4.add(d, v128.load(at, 3 * VECTOR));
    }
    for (let k = firstEchoes; k < endEchoes; k++) {
      const at = row(recurrent + column, echoes, k, stride);
      a = f32x4.add(a, v128.load(at, 0));
      b = f32x4.add(b, v128.load(at, VECTOR));
      c = f32x4.add(c, v128.load(at, 2 * VECTOR));
      d = f32x4.add(d, v128.load(at, 3 * VECTOR));
    }
    v128.store(out + column, a, 0);
    v128.store(out + column, b, VECTOR);
    v128.store(out + column, c, 2 * VECTOR);
    v128.store(out + column, d, 3 * VECTOR);
  }
  for (; column < stride; column += VECTOR) {
    let a = i64x2.splat(0);
    for (let k = firstEnters; k < endEnters; k++) {
      a = f32x4.add(a, v128.load(row(feed + column, enters, k, stride)));
    }
    for (let k = firstEchoes; k < endEchoes; k++) {
      a = f32x4.add(a, v128.load(row(recurrent + column, echoes, k, stride)));
    }
    v128.store(out + column, a);
  }
}

/** sum + row `r` of a sparse list times a matrix whose rows are single vectors, one after the other. */
// @ts-ignore: decorator
@inline
export function addRowOf(sum: v128, matrix: usize, list: SparseRows, r: usize, counted: bool): v128 {
  const starts = list.starts + (r << 2);
  const indices = list.indices;
  const counts = list.counts;
  const end = <usize>load<u32>(starts, 4);
  for (let k = <usize>load<u32>(starts); k < end; k++) {
    sum = plus(sum, countOf(counts, k, counted), row(matrix, indices, k, VECTOR), counted);
  }
  return sum;
}

/** {@link addRowOf} of a list of which it is not known whether it has counts. */
// @ts-ignore: decorator
@inline
export function addRow(sum: v128, matrix: usize, list: SparseRows, r: usize): v128 {
  return list.counted
    ? addRowOf(sum, matrix, list, r, true)
    : addRowOf(sum, matrix, list, r, false);
}
