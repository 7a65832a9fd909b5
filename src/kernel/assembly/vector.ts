// Four lanes of float32 at once.
import { half, one } from './constants';

/** a·b + c; one rounding where the engine has relaxed SIMD, two where not. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
export function splat(value: f32): v128 {
  return f32x4.splat(value);
}

/** max(value, 1): no current is below the dark current. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function clip(value: v128): v128 {
  return f32x4.pmax(value, one());
}

/** Derivative of max(value, bound): 1 inside, ½ at the bound, 0 outside. The bits of 1 are those of ½ and one more. */
// @ts-ignore: decorator
@inline
export function slopeAbove(value: v128, bound: v128): v128 {
  return v128.or(
    v128.and(half(), f32x4.ge(value, bound)), v128.and(one(), f32x4.gt(value, bound)),
  );
}

/** Derivative of clip(value). */
// @ts-ignore: decorator
@inline
export function clipSlope(value: v128): v128 {
  return slopeAbove(value, one());
}

/** Sum of the four lanes. */
// @ts-ignore: decorator
@inline
export function sum(value: v128): f64 {
  return (
    (f64(f32x4.extract_lane(value, 0)) + f64(f32x4.extract_lane(value, 1))) +
    (f64(f32x4.extract_lane(value, 2)) + f64(f32x4.extract_lane(value, 3)))
  );
}

/** Fills `vectors` vectors with zeros. */
// @ts-ignore: decorator
@inline
export function clear(at: usize, vectors: u32): void {
  for (const end = at + (<usize>vectors << 4); at < end; at += 16) v128.store(at, i64x2.splat(0));
}
