// Sums over wide rows: some of them are read at a time from end to end, as memory likes it.
import { VECTOR } from '../layout';
import { countOf, row } from './sparse';
import { madd } from './vector';

// How far a column is from the first: the offset of a load has to be constant where it stands, so a type says it by its size.

@unmanaged
class First {}
@unmanaged
class Second {
  a: v128;
}
@unmanaged
class Third extends Second {
  b: v128;
}
@unmanaged
class Fourth extends Third {
  c: v128;
}
@unmanaged
class Fifth extends Fourth {
  d: v128;
}
@unmanaged
class Ninth extends Fifth {
  e: v128;
  f: v128;
  g: v128;
  h: v128;
}
@unmanaged
class Thirteenth extends Ninth {
  i: v128;
  j: v128;
  k: v128;
  l: v128;
}

/** The sum of four vectors at one column of a line, each times its count. */
// @ts-ignore: decorator
@inline
function sumFour<Line, Column>(
  a: v128, b: v128, c: v128, d: v128, A: usize, B: usize, C: usize, D: usize, counted: bool,
): v128 {
  const first = counted
    ? madd(b, v128.load(B, offsetof<Line>() + offsetof<Column>()), f32x4.mul(a, v128.load(A, offsetof<Line>() + offsetof<Column>())))
    : f32x4.add(v128.load(A, offsetof<Line>() + offsetof<Column>()), v128.load(B, offsetof<Line>() + offsetof<Column>()));
  const second = counted
    ? madd(d, v128.load(D, offsetof<Line>() + offsetof<Column>()), f32x4.mul(c, v128.load(C, offsetof<Line>() + offsetof<Column>())))
    : f32x4.add(v128.load(C, offsetof<Line>() + offsetof<Column>()), v128.load(D, offsetof<Line>() + offsetof<Column>()));
  return f32x4.add(first, second);
}

/** Adds four rows at one column. */
// @ts-ignore: decorator
@inline
function addFour<Line, Column>(
  to: usize, a: v128, b: v128, c: v128, d: v128, A: usize, B: usize, C: usize, D: usize, counted: bool,
): void {
  const sum = sumFour<Line, Column>(a, b, c, d, A, B, C, D, counted);
  v128.store(to, f32x4.add(v128.load(to, offsetof<Line>() + offsetof<Column>()), sum), offsetof<Line>() + offsetof<Column>());
}

/**
 * Adds eight rows at one column, in the order of {@link addFour} twice. Where they are multiplied, there is a store on the way:
 * V8 would else load all of them beforehand, for which there are not enough registers.
 */
// @ts-ignore: decorator
@inline
function addEight<Line, Column>(
  to: usize, a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128,
  A: usize, B: usize, C: usize, D: usize, E: usize, F: usize, G: usize, H: usize, counted: bool,
): void {
  const before = v128.load(to, offsetof<Line>() + offsetof<Column>());
  const half = f32x4.add(before, sumFour<Line, Column>(a, b, c, d, A, B, C, D, counted));
  if (counted) v128.store(to, half, offsetof<Line>() + offsetof<Column>());
  const sum = f32x4.add(half, sumFour<Line, Column>(e, f, g, h, E, F, G, H, counted));
  v128.store(to, sum, offsetof<Line>() + offsetof<Column>());
}

/** Adds eight rows at four columns, the first of which is that of `Line`. */
// @ts-ignore: decorator
@inline
function addEightLine<Line>(
  to: usize, a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128,
  A: usize, B: usize, C: usize, D: usize, E: usize, F: usize, G: usize, H: usize, counted: bool,
): void {
  addEight<Line, First>(to, a, b, c, d, e, f, g, h, A, B, C, D, E, F, G, H, counted);
  addEight<Line, Second>(to, a, b, c, d, e, f, g, h, A, B, C, D, E, F, G, H, counted);
  addEight<Line, Third>(to, a, b, c, d, e, f, g, h, A, B, C, D, E, F, G, H, counted);
  addEight<Line, Fourth>(to, a, b, c, d, e, f, g, h, A, B, C, D, E, F, G, H, counted);
}

/** sum + the vector of a row at one column, times its count. */
// @ts-ignore: decorator
@inline
function plus<Column>(sum: v128, count: v128, A: usize, counted: bool): v128 {
  const value = v128.load(A, offsetof<Column>());
  return counted ? madd(count, value, sum) : f32x4.add(sum, value);
}

/** Adds one to three rows at one column, one after the other. */
// @ts-ignore: decorator
@inline
function addFew<Column>(
  to: usize, a: v128, b: v128, c: v128, A: usize, B: usize, C: usize, rows: u32, counted: bool,
): void {
  let sum = plus<Column>(v128.load(to, offsetof<Column>()), a, A, counted);
  if (rows > 1) sum = plus<Column>(sum, b, B, counted);
  if (rows > 2) sum = plus<Column>(sum, c, C, counted);
  v128.store(to, sum, offsetof<Column>());
}

/** Adds eight rows from entry `k` on. */
// @ts-ignore: decorator
@inline
function eightRows(
  out: usize, stride: usize, matrix: usize, indices: usize, counts: usize, k: usize, counted: bool,
): void {
  const a = countOf(counts, k, counted);
  const b = countOf(counts, k + 1, counted);
  const c = countOf(counts, k + 2, counted);
  const d = countOf(counts, k + 3, counted);
  const e = countOf(counts, k + 4, counted);
  const f = countOf(counts, k + 5, counted);
  const g = countOf(counts, k + 6, counted);
  const h = countOf(counts, k + 7, counted);
  let A = row(matrix, indices, k, stride);
  let B = row(matrix, indices, k + 1, stride);
  let C = row(matrix, indices, k + 2, stride);
  let D = row(matrix, indices, k + 3, stride);
  let E = row(matrix, indices, k + 4, stride);
  let F = row(matrix, indices, k + 5, stride);
  let G = row(matrix, indices, k + 6, stride);
  let H = row(matrix, indices, k + 7, stride);
  const end = out + stride;
  let to = out;
  for (; to + 8 * VECTOR <= end; to += 8 * VECTOR) {
    addEightLine<First>(to, a, b, c, d, e, f, g, h, A, B, C, D, E, F, G, H, counted);
    addEightLine<Fifth>(to, a, b, c, d, e, f, g, h, A, B, C, D, E, F, G, H, counted);
    A += 8 * VECTOR;
    B += 8 * VECTOR;
    C += 8 * VECTOR;
    D += 8 * VECTOR;
    E += 8 * VECTOR;
    F += 8 * VECTOR;
    G += 8 * VECTOR;
    H += 8 * VECTOR;
  }
  for (; to < end; to += VECTOR) {
    addEight<First, First>(to, a, b, c, d, e, f, g, h, A, B, C, D, E, F, G, H, counted);
    A += VECTOR;
    B += VECTOR;
    C += VECTOR;
    D += VECTOR;
    E += VECTOR;
    F += VECTOR;
    G += VECTOR;
    H += VECTOR;
  }
}

/** Adds four rows at four columns, the first of which is that of `Line`. */
// @ts-ignore: decorator
@inline
function addLine<Line>(
  to: usize, a: v128, b: v128, c: v128, d: v128, A: usize, B: usize, C: usize, D: usize, counted: bool,
): void {
  addFour<Line, First>(to, a, b, c, d, A, B, C, D, counted);
  addFour<Line, Second>(to, a, b, c, d, A, B, C, D, counted);
  addFour<Line, Third>(to, a, b, c, d, A, B, C, D, counted);
  addFour<Line, Fourth>(to, a, b, c, d, A, B, C, D, counted);
}

/** Adds four rows from entry `k` on. */
// @ts-ignore: decorator
@inline
function fourRows(
  out: usize, stride: usize, matrix: usize, indices: usize, counts: usize, k: usize, counted: bool,
): void {
  const a = countOf(counts, k, counted);
  const b = countOf(counts, k + 1, counted);
  const c = countOf(counts, k + 2, counted);
  const d = countOf(counts, k + 3, counted);
  let A = row(matrix, indices, k, stride);
  let B = row(matrix, indices, k + 1, stride);
  let C = row(matrix, indices, k + 2, stride);
  let D = row(matrix, indices, k + 3, stride);
  const end = out + stride;
  let to = out;
  for (; to + 16 * VECTOR <= end; to += 16 * VECTOR) {
    addLine<First>(to, a, b, c, d, A, B, C, D, counted);
    addLine<Fifth>(to, a, b, c, d, A, B, C, D, counted);
    addLine<Ninth>(to, a, b, c, d, A, B, C, D, counted);
    addLine<Thirteenth>(to, a, b, c, d, A, B, C, D, counted);
    A += 16 * VECTOR;
    B += 16 * VECTOR;
    C += 16 * VECTOR;
    D += 16 * VECTOR;
  }
  for (; to + 4 * VECTOR <= end; to += 4 * VECTOR) {
    addLine<First>(to, a, b, c, d, A, B, C, D, counted);
    A += 4 * VECTOR;
    B += 4 * VECTOR;
    C += 4 * VECTOR;
    D += 4 * VECTOR;
  }
  for (; to < end; to += VECTOR) {
    addFour<First, First>(to, a, b, c, d, A, B, C, D, counted);
    A += VECTOR;
    B += VECTOR;
    C += VECTOR;
    D += VECTOR;
  }
}

/** Adds the last one to three rows, from entry `k` on. */
// @ts-ignore: decorator
@inline
function fewRows(
  out: usize, stride: usize, matrix: usize, indices: usize, counts: usize, k: usize, rows: u32, counted: bool,
): void {
  const none = i64x2.splat(0);
  const a = countOf(counts, k, counted);
  const b = rows > 1 ? countOf(counts, k + 1, counted) : none;
  const c = rows > 2 ? countOf(counts, k + 2, counted) : none;
  let A = row(matrix, indices, k, stride);
  let B = rows > 1 ? row(matrix, indices, k + 1, stride) : 0;
  let C = rows > 2 ? row(matrix, indices, k + 2, stride) : 0;
  const end = out + stride;
  let to = out;
  for (; to + 4 * VECTOR <= end; to += 4 * VECTOR) {
    addFew<First>(to, a, b, c, A, B, C, rows, counted);
    addFew<Second>(to, a, b, c, A, B, C, rows, counted);
    addFew<Third>(to, a, b, c, A, B, C, rows, counted);
    addFew<Fourth>(to, a, b, c, A, B, C, rows, counted);
    A += 4 * VECTOR;
    if (rows > 1) B += 4 * VECTOR;
    if (rows > 2) C += 4 * VECTOR;
  }
  for (; to < end; to += VECTOR) {
    addFew<First>(to, a, b, c, A, B, C, rows, counted);
    A += VECTOR;
    if (rows > 1) B += VECTOR;
    if (rows > 2) C += VECTOR;
  }
}

/** out += Σ counts[k]·matrix[indices[k]] over `rows` wide rows of `vectors` vectors. */
// @ts-ignore: decorator
@inline
export function addWide(
  out: usize, vectors: u32, matrix: usize, indices: usize, counts: usize, rows: usize, counted: bool,
): void {
  const stride = <usize>vectors * VECTOR;
  let k: usize = 0;
  for (; k + 8 <= rows; k += 8) eightRows(out, stride, matrix, indices, counts, k, counted);
  for (; k + 4 <= rows; k += 4) fourRows(out, stride, matrix, indices, counts, k, counted);
  const left = rows - k;
  if (left == 3) fewRows(out, stride, matrix, indices, counts, k, 3, counted);
  else if (left == 2) fewRows(out, stride, matrix, indices, counts, k, 2, counted);
  else if (left == 1) fewRows(out, stride, matrix, indices, counts, k, 1, counted);
}
