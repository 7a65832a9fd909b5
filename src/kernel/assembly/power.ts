import { OCTAVE_TABLE, POWER, VECTOR } from '../layout';
import { exponentOfOne, greatest, mantissaBits, octaveBits, oneAndHalf } from './constants';
import { madd } from './vector';

/** The numbers at four addresses. */
// @ts-ignore: decorator
@inline
function lookUp(places: v128): v128 {
  // Two at a time leave the vector: half as much for it to do.
  const first = i64x2.extract_lane(places, 0);
  const second = i64x2.extract_lane(places, 1);
  let found = v128.load32_zero(<usize>first);
  found = v128.load_lane<f32>(<usize>(first >> 32), found, 1);
  found = v128.load_lane<f32>(<usize>second, found, 2);
  return v128.load_lane<f32>(<usize>(second >> 32), found, 3);
}

/**
 * clip(x)^exponent, where the exponent differs from neuron to neuron and lies in [0, 1): the feedback
 * exp(kappa²/(kappa+1)·vmem/Ut) with vmem = Ut/kappa·ln(x), without a logarithm. Splits x = 2^e·m; m^exponent
 * is a polynomial of the neuron, (2^e)^exponent stands in its table. Relative error below 3e-7; what is beyond
 * the table counts as its end, what is no number as either end. As whole numbers, the bits of floats have their order, and
 * those of negative ones come first: so they are soonest compared.
 */
// @ts-ignore: decorator
@inline
export function power(x: v128, c: usize): v128 {
  const within = i32x4.min_s(i32x4.max_s(x, exponentOfOne()), greatest());
  // The exponent of a float32 begins at bit 23; here it counts in numbers of four bytes.
  const octave = v128.and(i32x4.shr_u(within, 21), octaveBits());
  const places = i32x4.add(octave, v128.load(c, OCTAVE_TABLE));
  const scale = lookUp(places);

  const u = f32x4.sub(v128.or(v128.and(within, mantissaBits()), exponentOfOne()), oneAndHalf());
  const u2 = f32x4.mul(u, u);
  const u4 = f32x4.mul(u2, u2);
  const low = madd(v128.load(c, POWER + VECTOR), u, v128.load(c, POWER));
  const middle = madd(v128.load(c, POWER + 3 * VECTOR), u, v128.load(c, POWER + 2 * VECTOR));
  const high = madd(v128.load(c, POWER + 5 * VECTOR), u, v128.load(c, POWER + 4 * VECTOR));
  const top = madd(v128.load(c, POWER + 6 * VECTOR), u2, high);
  return f32x4.mul(madd(top, u4, madd(middle, u2, low)), scale);
}
