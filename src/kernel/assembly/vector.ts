// Four lanes of float32 at once.
import { VECTOR } from '../layout';
import { half } from './constants';

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

/** max(value, unit), where `unit` is 1 in all lanes: no current is below the dark current. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function clip(value: v128, unit: v128): v128 {
  return f32x4.pmax(value, unit);
}

/**
 * Derivative of max(value, bound): 1 inside, ½ at the bound, 0 outside. The bits of 1 are those of ½ and one more in
 * the exponent: where a comparison holds, it is -1.
 */
// @ts-ignore: decorator
@inline
export function slopeAbove(value: v128, bound: v128): v128 {
  const inside = i32x4.sub(half(), i32x4.shl(f32x4.gt(value, bound), 23));
  return v128.and(inside, f32x4.ge(value, bound));
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
  for (const end = at + (<usize>vectors * VECTOR); at < end; at += VECTOR) v128.store(at, i64x2.splat(0));
}
