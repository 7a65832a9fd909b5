import { OCTAVE, POWER } from '../layout';
import { exponentOfOne, greatest, mantissaBits, octaveBits, oneAndHalf } from './constants';
import { madd } from './vector';

/**
 * x^exponent for x ≥ 1, where the exponent differs from neuron to neuron and lies in [0, 1): the feedback
 * exp(kappa²/(kappa+1)·vmem/Ut) with vmem = Ut/kappa·ln(x), without a logarithm. Splits x = 2^e·m; m^exponent
 * is a polynomial of the neuron, (2^e)^exponent stands in its table. Relative error below 3e-7; what is beyond
 * the table, or no number, counts as its end.
 */
// @ts-ignore: decorator
@inline
export function power(x: v128, c: usize): v128 {
  const within = f32x4.pmin(greatest(), x);
  // Bytes from the octave of 2^-127 on.
  const octave = v128.and(i32x4.shr_u(within, 19), octaveBits());
  const table = c - 127 * 16;
  let scale = v128.load32_zero(table + i32x4.extract_lane(octave, 0), OCTAVE);
  scale = v128.load_lane<f32>(table + i32x4.extract_lane(octave, 1), scale, 1, OCTAVE + 4);
  scale = v128.load_lane<f32>(table + i32x4.extract_lane(octave, 2), scale, 2, OCTAVE + 8);
  scale = v128.load_lane<f32>(table + i32x4.extract_lane(octave, 3), scale, 3, OCTAVE + 12);

  const u = f32x4.sub(v128.or(v128.and(within, mantissaBits()), exponentOfOne()), oneAndHalf());
  const u2 = f32x4.mul(u, u);
  const u4 = f32x4.mul(u2, u2);
  const low = madd(v128.load(c, POWER + 16), u, v128.load(c, POWER));
  const middle = madd(v128.load(c, POWER + 48), u, v128.load(c, POWER + 32));
  const high = madd(v128.load(c, POWER + 80), u, v128.load(c, POWER + 64));
  const top = madd(v128.load(c, POWER + 96), u2, high);
  return f32x4.mul(madd(top, u4, madd(middle, u2, low)), scale);
}
