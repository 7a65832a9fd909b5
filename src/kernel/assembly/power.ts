import { EXPONENT, EXPONENT_REST, EXPONENT_TOP, POWER } from '../layout';
import { exp2Coefficient, exponentBias, exponentOfOne, mantissaBits, one, oneAndHalf, rounding } from './constants';
import { madd } from './vector';

/**
 * x^exponent for x ≥ 1, where the exponent differs from neuron to neuron and lies in [0, 1): the feedback
 * exp(kappa²/(kappa+1)·vmem/Ut) with vmem = Ut/kappa·ln(x), without a logarithm. Splits x = 2^e·m;
 * m^exponent is a polynomial of the neuron, 2^(e·exponent) one for all; both are worked out side by side.
 * Relative error below 5e-7.
 */
// @ts-ignore: decorator
@inline
export function power(x: v128, c: usize): v128 {
  const e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(x, 23), exponentBias()));
  const mantissa = v128.or(v128.and(x, mantissaBits()), exponentOfOne());
  const u = f32x4.sub(mantissa, oneAndHalf());
  const u2 = f32x4.mul(u, u);
  const low = madd(v128.load(c, POWER + 16), u, v128.load(c, POWER));
  const middle = madd(v128.load(c, POWER + 48), u, v128.load(c, POWER + 32));
  const high = madd(v128.load(c, POWER + 80), u, v128.load(c, POWER + 64));
  const ofMantissa = madd(u2, madd(u2, madd(u2, v128.load(c, POWER + 96), high), middle), low);

  const scaled = f32x4.mul(e, v128.load(c, EXPONENT_TOP));
  const shifted = f32x4.add(scaled, rounding());
  const f = madd(e, v128.load(c, EXPONENT_REST), f32x4.sub(scaled, f32x4.sub(shifted, rounding())));
  const f2 = f32x4.mul(f, f);
  const a = madd(exp2Coefficient(1), f, one());
  const b = madd(exp2Coefficient(3), f, exp2Coefficient(2));
  const d = madd(exp2Coefficient(5), f, exp2Coefficient(4));
  const ofExponent = madd(f2, madd(f2, d, b), a);
  return i32x4.add(f32x4.mul(ofMantissa, ofExponent), i32x4.shl(shifted, 23));
}
