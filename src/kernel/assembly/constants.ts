/**
 * Constants of the inner loops, a vector each. Read from memory they cost one instruction; as literals, V8
 * builds them lane by lane wherever they are used.
 */
const table = memory.data<f32>([
  1, 1, 1, 1,
  0.5, 0.5, 0.5, 0.5,
  1.5, 1.5, 1.5, 1.5,
  // The end of the table of octaves: just below 2^48.
  281474960000000, 281474960000000, 281474960000000, 281474960000000,
  10, 10, 10, 10,
  // TINY.
  1.262177448353619e-29, 1.262177448353619e-29, 1.262177448353619e-29, 1.262177448353619e-29,
], 16);

const bits = memory.data<u32>([
  0x3fc, 0x3fc, 0x3fc, 0x3fc,
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
export function greatest(): v128 {
  return v128.load(table, 48);
}

// @ts-ignore: decorator
@inline
export function ten(): v128 {
  return v128.load(table, 64);
}

// @ts-ignore: decorator
@inline
export function tiny(): v128 {
  return v128.load(table, 80);
}

/** The exponent of a number, shifted to count in numbers of four bytes. */
// @ts-ignore: decorator
@inline
export function octaveBits(): v128 {
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
