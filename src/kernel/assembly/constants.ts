/**
 * Constants of the inner loops, a vector each. Read from memory they cost one instruction; as literals, V8
 * builds them lane by lane wherever they are used.
 */
const table = memory.data<f32>([
  1, 1, 1, 1,
  0.5, 0.5, 0.5, 0.5,
  1.5, 1.5, 1.5, 1.5,
  // 1.5·2^23: adding it rounds to a whole number and leaves that in the lowest bits.
  12582912, 12582912, 12582912, 12582912,
  // 2^f for f in [-½, ½].
  0.6931472, 0.6931472, 0.6931472, 0.6931472,
  0.24022651, 0.24022651, 0.24022651, 0.24022651,
  0.05550411, 0.05550411, 0.05550411, 0.05550411,
  0.009618129, 0.009618129, 0.009618129, 0.009618129,
  0.0013333558, 0.0013333558, 0.0013333558, 0.0013333558,
], 16);

const bits = memory.data<u32>([
  127, 127, 127, 127,
  0x7fffff, 0x7fffff, 0x7fffff, 0x7fffff,
  0x3f800000, 0x3f800000, 0x3f800000, 0x3f800000,
], 16);

// @ts-ignore: decorator
@inline
export function one(): v128 {
  return v128.load(table);
}

// @ts-ignore: decorator
@inline
export function half(): v128 {
  return v128.load(table, 16);
}

// @ts-ignore: decorator
@inline
export function oneAndHalf(): v128 {
  return v128.load(table, 32);
}

// @ts-ignore: decorator
@inline
export function rounding(): v128 {
  return v128.load(table, 48);
}

/** Coefficient `k` of 2^f, from 1 to 5. */
// @ts-ignore: decorator
@inline
export function exp2Coefficient(k: usize): v128 {
  return v128.load(table + 48 + (k << 4));
}

// @ts-ignore: decorator
@inline
export function exponentBias(): v128 {
  return v128.load(bits);
}

// @ts-ignore: decorator
@inline
export function mantissaBits(): v128 {
  return v128.load(bits, 16);
}

// @ts-ignore: decorator
@inline
export function exponentOfOne(): v128 {
  return v128.load(bits, 32);
}
