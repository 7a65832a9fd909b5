// Where the ZSTD of both directions has its tables, in the first page of ../wasm.ts, and how bits are read backwards.

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

/** How often each byte comes, u32, counted by four in turn. */
export const times: usize = 49408;
/** How each byte is written: u32, the bits of its code and, above 8 bits, the code. */
export const codes: usize = 53504;
/** The codes of lengths, u8: of literals below 64, and of matches below 128. */
export const literalCodes: usize = 54528;
export const matchCodes: usize = 54592;
/** How many bits are added to the codes of both, u8. */
export const literalExtras: usize = 54720;
export const matchExtras: usize = 54784;
/** How sequences are written, and weights, before them: see zstd-pack-fse.ts. */
export const packLiteralLengths: usize = 54848;
export const packMatchLengths: usize = 56384;
export const packOffsets: usize = 57920;
export const packWeights: usize = 57920;
/** The bytes of literals, the rarest first, u32: how often above 8 bits, and which. */
export const leaves: usize = 59456;
/** What the nodes of a Huffman tree above those come to, u32; after it, the first code of each weight. */
export const sums: usize = 60480;
/** What node each leaf and each of those is below, u16; then how deep it is. */
export const parents: usize = 61504;

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
