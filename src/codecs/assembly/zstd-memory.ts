// Where the decompression of ZSTD has its tables, in the first page of ../wasm.ts, and how it reads bits backwards.

/** How literals are coded: 2^11 entries of two bytes, the length of a code and its byte. */
export const huffmanTable: usize = 32768;
/** How lengths of literals, offsets, lengths of matches and weights are coded: entries of 8 bytes, see zstd-fse.ts. */
export const literalLengths: usize = 36864;
export const matchLengths: usize = 40960;
export const offsets: usize = 45056;
export const weightCodes: usize = 47104;
/** How often each symbol comes, i16. */
export const counts: usize = 47616;
/** Weights of bytes, u8. */
export const weights: usize = 48128;
/** Symbols of the states of a table, u8. */
export const symbols: usize = 48384;
/** Bits that are added to each symbol, and its least value, as an entry has them. */
export const values: usize = 48896;

/** Reads `count` bits, fewer than 64, of a container whose next bits are its highest. */
// @ts-ignore: decorator
@inline
export function topBits(bits: u64, count: u64): u64 {
  return (bits >> 1) >> (63 - count);
}

/** How many bits of the last byte of a stream are used up by the one that marks its end, and the zeroes above it. */
// @ts-ignore: decorator
@inline
export function markBits(last: u32): u64 {
  return <u64>clz(last) - 23;
}
