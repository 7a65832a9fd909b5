// What all loops do with four events at a time.

/** 2^52: whole numbers below it are the lower bits of it plus them. */
const big: f64 = 4503599627370496;

/** What {@link storeTimes} adds to times; `base` is whole. */
// @ts-ignore: decorator
@inline
export function timeOffset(base: f64): v128 {
  return f64x2.splat(base - big);
}

/** Writes four times, the base of `offset` added to each. */
// @ts-ignore: decorator
@inline
export function storeTimes(at: usize, times: v128, offset: v128): void {
  const upper = i32x4.splat(0x43300000);
  v128.store(at, f64x2.add(v128.shuffle<i32>(times, upper, 0, 4, 1, 5), offset));
  v128.store(at, f64x2.add(v128.shuffle<i32>(times, upper, 2, 6, 3, 7), offset), 16);
}

/** Writes four times of 52 bits, the bits above 32 in lanes of their own, the base of `offset` added to each. */
// @ts-ignore: decorator
@inline
export function storeLong(at: usize, low: v128, high: v128, offset: v128): void {
  const upper = v128.or(high, i32x4.splat(0x43300000));
  v128.store(at, f64x2.add(v128.shuffle<i32>(low, upper, 0, 4, 1, 5), offset));
  v128.store(at, f64x2.add(v128.shuffle<i32>(low, upper, 2, 6, 3, 7), offset), 16);
}

/** Whether all four pixels are there. */
// @ts-ignore: decorator
@inline
export function allInside(x: v128, y: v128, width: v128, height: v128): bool {
  return i32x4.all_true(v128.and(i32x4.lt_u(x, width), i32x4.lt_u(y, height)));
}

/** Addresses of four pixels; `on` is 0 or 1. */
// @ts-ignore: decorator
@inline
export function pack(x: v128, y: v128, on: v128, rowShift: i32): v128 {
  return v128.or(v128.or(i32x4.shl(y, rowShift), i32x4.shl(x, 1)), on);
}

/** Lanes one, two or four to the right, zeroes behind them. */
// @ts-ignore: decorator
@inline
export function right1(lanes: v128): v128 {
  return v128.shuffle<i16>(lanes, i16x8.splat(0), 8, 0, 1, 2, 3, 4, 5, 6);
}

// @ts-ignore: decorator
@inline
export function right2(lanes: v128): v128 {
  return v128.shuffle<i16>(lanes, i16x8.splat(0), 8, 8, 0, 1, 2, 3, 4, 5);
}

// @ts-ignore: decorator
@inline
export function right4(lanes: v128): v128 {
  return v128.shuffle<i16>(lanes, i16x8.splat(0), 8, 8, 8, 8, 0, 1, 2, 3);
}

/**
 * For each of eight lanes the last of `values`, 12 bits, that is set at or before it; `carried` before the first. The
 * number of the lane above the value makes the last the largest.
 */
// @ts-ignore: decorator
@inline
export function lastOf8(values: v128, set: v128, carried: i32): v128 {
  const numbers = i16x8(0, 0x1000, 0x2000, 0x3000, 0x4000, 0x5000, 0x6000, 0x7000);
  const first = i16x8.replace_lane(i16x8.splat(0), 0, <i16>carried);
  let keys = v128.or(v128.and(v128.or(values, numbers), set), v128.andnot(first, set));
  keys = i16x8.max_s(keys, right1(keys));
  keys = i16x8.max_s(keys, right2(keys));
  keys = i16x8.max_s(keys, right4(keys));
  return v128.and(keys, i16x8.splat(0xfff));
}

/** Where ../loops.ts lays down which bytes move to the front, for each mask of eight lanes of 16 bits. */
// @ts-ignore: decorator
@inline
export const front8: usize = 274432;
/** The same of four lanes of 32 bits. */
// @ts-ignore: decorator
@inline
export const front4: usize = 278528;
