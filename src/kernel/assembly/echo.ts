// What neurons that fill one vector do to themselves: each of its lanes has a row of weights, a vector too. Four rows stay in
// registers; wider vectors have more of them than that, and a way of their own (`scripts/native`).
import { VECTOR } from '../layout';

/** Sum of four rows, each times a lane of `value`: shorter than a list. */
// @ts-ignore: decorator
@inline
function fourRows(row0: v128, row1: v128, row2: v128, row3: v128, value: v128): v128 {
  const a = f32x4.mul(row0, v128.shuffle<f32>(value, value, 0, 0, 0, 0));
  const b = f32x4.mul(row1, v128.shuffle<f32>(value, value, 1, 1, 1, 1));
  const c = f32x4.mul(row2, v128.shuffle<f32>(value, value, 2, 2, 2, 2));
  const d = f32x4.mul(row3, v128.shuffle<f32>(value, value, 3, 3, 3, 3));
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** Of the first two likewise, where what stands in one half of a vector concerns no lane of the other. */
// @ts-ignore: decorator
@inline
function twoRows(first: v128, second: v128, value: v128): v128 {
  const even = f32x4.mul(first, v128.shuffle<f32>(value, value, 0, 0, 2, 2));
  return f32x4.add(even, f32x4.mul(second, v128.shuffle<f32>(value, value, 1, 1, 3, 3)));
}

/** {@link fourRows} of a value that is 1 where `fired` is set, else 0. */
// @ts-ignore: decorator
@inline
function fourRowsOf(row0: v128, row1: v128, row2: v128, row3: v128, fired: v128): v128 {
  const a = v128.and(row0, v128.shuffle<f32>(fired, fired, 0, 0, 0, 0));
  const b = v128.and(row1, v128.shuffle<f32>(fired, fired, 1, 1, 1, 1));
  const c = v128.and(row2, v128.shuffle<f32>(fired, fired, 2, 2, 2, 2));
  const d = v128.and(row3, v128.shuffle<f32>(fired, fired, 3, 3, 3, 3));
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** {@link twoRows} likewise. */
// @ts-ignore: decorator
@inline
function twoRowsOf(first: v128, second: v128, fired: v128): v128 {
  const even = v128.and(first, v128.shuffle<f32>(fired, fired, 0, 0, 2, 2));
  return f32x4.add(even, v128.and(second, v128.shuffle<f32>(fired, fired, 1, 1, 3, 3)));
}

/** Row `k` of a matrix of single vectors in its first half, row k + 2 in the other. */
// @ts-ignore: decorator
@inline
function joined(matrix: usize, k: usize): v128 {
  const at = matrix + (k << 4);
  return v128.shuffle<f32>(v128.load(at), v128.load(at, 32), 0, 1, 6, 7);
}

/** Row `k`, for a register; joined with another where trials have one or two neurons. */
// @ts-ignore: decorator
@inline
export function heldRow(matrix: usize, k: usize, halved: u32): v128 {
  if (!matrix) return i64x2.splat(0);
  return halved && k < 2 ? joined(matrix, k) : v128.load(matrix + k * VECTOR);
}

/** Sum of the rows of a matrix, the first four of which are `a` to `d`, each times a lane of `value`. */
// @ts-ignore: decorator
@inline
export function echoOf(matrix: usize, a: v128, b: v128, c: v128, d: v128, halved: u32, value: v128): v128 {
  return halved ? twoRows(a, b, value) : fourRows(a, b, c, d, value);
}

/** The same of counts of spikes, to the last bit as {@link echoOfFired} where they are none or one. */
// @ts-ignore: decorator
@inline
export function echoOfSpikes(matrix: usize, a: v128, b: v128, c: v128, d: v128, halved: u32, spikes: v128): v128 {
  return echoOf(matrix, a, b, c, d, halved, spikes);
}

/** The same of a value that is 1 where `fired` is set, else 0. */
// @ts-ignore: decorator
@inline
export function echoOfFired(matrix: usize, a: v128, b: v128, c: v128, d: v128, halved: u32, fired: v128): v128 {
  return halved ? twoRowsOf(a, b, fired) : fourRowsOf(a, b, c, d, fired);
}

/** Adds a vector to four rows, each times a lane of `times`. */
// @ts-ignore: decorator
@inline
function addFourRows(rows: usize, times: v128, value: v128): void {
  const a = f32x4.mul(v128.shuffle<f32>(times, times, 0, 0, 0, 0), value);
  const b = f32x4.mul(v128.shuffle<f32>(times, times, 1, 1, 1, 1), value);
  const c = f32x4.mul(v128.shuffle<f32>(times, times, 2, 2, 2, 2), value);
  const d = f32x4.mul(v128.shuffle<f32>(times, times, 3, 3, 3, 3), value);
  v128.store(rows, f32x4.add(v128.load(rows, 0), a), 0);
  v128.store(rows, f32x4.add(v128.load(rows, 16), b), 16);
  v128.store(rows, f32x4.add(v128.load(rows, 32), c), 32);
  v128.store(rows, f32x4.add(v128.load(rows, 48), d), 48);
}

/** Adds to its first two rows likewise. */
// @ts-ignore: decorator
@inline
function addTwoRows(rows: usize, times: v128, value: v128): void {
  const even = f32x4.mul(v128.shuffle<f32>(times, times, 0, 0, 2, 2), value);
  const odd = f32x4.mul(v128.shuffle<f32>(times, times, 1, 1, 3, 3), value);
  v128.store(rows, f32x4.add(v128.load(rows), even));
  v128.store(rows, f32x4.add(v128.load(rows, 16), odd), 16);
}

/** Adds a vector to the rows of a matrix, each times what stands in a lane of the vector at `times`. */
// @ts-ignore: decorator
@inline
export function addEcho(rows: usize, halved: u32, times: usize, value: v128): void {
  if (halved) addTwoRows(rows, v128.load(times), value);
  else addFourRows(rows, v128.load(times), value);
}
