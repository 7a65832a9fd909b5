// Literals of a block of ZSTD (RFC 8878, sections 3.1.1.3.1 and 4.2): bytes as they are, or in Huffman codes.
import { layTable, readCounts, stateLog } from './zstd-fse';
import { counts, huffmanTable, markBits, weightCodes, weights } from './zstd-memory';

/** Bits of the longest code. */
const longest: u32 = 11;
/** Bytes of a block at most. */
const largest: usize = 131072;

/** Where the literals of the last block begin, and where they end. */
export let literals: usize = 0;
export let literalsEnd: usize = 0;

/** Whether a block of this frame had a table. */
let hasTable: bool = false;

/** Forgets what the frame before had. */
export function forgetTable(): void {
  hasTable = false;
}

/** Reads weights that are coded themselves, by two states in turn. Gives how many; 0 if they are damaged. */
function codedWeights(from: usize, end: usize): u32 {
  const start = readCounts(from, end, 256, 6);
  if (start == 0 || start >= end || load<u8>(end - 1) == 0) return 0;
  layTable(weightCodes);
  let left = (<i32>(end - start) << 3) - <i32>markBits(load<u8>(end - 1)) - <i32>(2 * stateLog);
  if (left < 0) return 0;
  const both = bitsAt(start, left, 2 * stateLog);
  let state = both >> stateLog;
  let other = both & ((1 << stateLog) - 1);
  for (let count: u32 = 0; count < 254; ) {
    const entry = weightCodes + (<usize>state << 3);
    store<u8>(weights + count++, load<u8>(entry, 4));
    const bits = <u32>load<u8>(entry, 2);
    left -= bits;
    if (left < 0) {
      // The other one has a last weight.
      store<u8>(weights + count++, load<u8>(weightCodes + (<usize>other << 3), 4));
      return count;
    }
    state = other;
    other = load<u16>(entry) + bitsAt(start, left, bits);
  }
  return 0;
}

/** The `count` bits from a place on. */
function bitsAt(start: usize, at: i32, count: u32): u32 {
  return (load<u32>(start + (at >> 3)) >> (at & 7)) & ((1 << count) - 1);
}

/** Reads how bytes are coded. Gives where that ends; 0 if it is damaged. */
function readTable(from: usize, end: usize): usize {
  if (from >= end) return 0;
  const head: u32 = load<u8>(from++);
  let count: u32;
  if (head < 128) {
    if (<usize>head > end - from) return 0;
    count = codedWeights(from, from + head);
    if (count == 0) return 0;
    from += head;
  } else {
    count = head - 127;
    if (<usize>((count + 1) >> 1) > end - from) return 0;
    for (let i: u32 = 0; i < count; i += 2) {
      const two: u32 = load<u8>(from++);
      store<u8>(weights + i, <u8>(two >> 4));
      store<u8>(weights + i, <u8>(two & 15), 1);
    }
  }
  return layCodes(count) ? from : 0;
}

/** Writes the table of codes from the weights of all bytes but the last that has one. */
function layCodes(count: u32): bool {
  // How many codes have each weight, and then where their entries begin.
  const places = counts;
  memory.fill(places, 0, 64);
  let sum: u32 = 0;
  for (let byte: u32 = 0; byte < count; byte++) {
    const weight = <u32>load<u8>(weights + byte);
    if (weight > longest) return false;
    const place = places + (<usize>weight << 2);
    store<u32>(place, load<u32>(place) + 1);
    sum += (1 << weight) >> 1;
  }
  if (sum == 0) return false;
  const log: u32 = 32 - clz(sum);
  const rest: u32 = (1 << log) - sum;
  if (log > longest || popcnt(rest) != 1) return false;
  const last = ctz(rest) + 1;
  store<u8>(weights + count, <u8>last);
  store<u32>(places + (<usize>last << 2), load<u32>(places + (<usize>last << 2)) + 1);
  // The longest codes come in pairs.
  const pairs = load<u32>(places, 4);
  if (pairs < 2 || (pairs & 1) != 0) return false;
  const spare = longest - log;
  let at: u32 = 0;
  for (let weight: u32 = 1; weight <= log; weight++) {
    const place = places + (<usize>weight << 2);
    const next = at + (load<u32>(place) << (weight - 1 + spare));
    store<u32>(place, at);
    at = next;
  }
  for (let byte: u32 = 0; byte <= count; byte++) {
    const weight = <u32>load<u8>(weights + byte);
    if (weight == 0) continue;
    const place = places + (<usize>weight << 2);
    const entries: u32 = 1 << (weight - 1 + spare);
    const first = load<u32>(place);
    store<u32>(place, first + entries);
    const entry: u16 = <u16>((byte << 8) | (log + 1 - weight));
    let to = huffmanTable + (<usize>first << 1);
    const toEnd = to + (<usize>entries << 1);
    if (entries >= 8) {
      const many = i16x8.splat(entry);
      for (; to < toEnd; to += 16) v128.store(to, many);
    } else for (; to < toEnd; to += 2) store<u16>(to, entry);
  }
  return true;
}

/** The entry of the next code. */
// @ts-ignore: decorator
@inline
function codeOf(bits: u64): u64 {
  return load<u16>(huffmanTable + <usize>((bits >> 53) << 1));
}

/** The 8 bytes at a place, a bit below their last that tells how many have been taken. */
// @ts-ignore: decorator
@inline
function filled(at: usize, taken: u64): u64 {
  return (load<u64>(at) | 1) << taken;
}

/** Reads what is left of a stream, up to `toEnd`. It must end there. */
function readStream(start: usize, at: usize, bits: u64, to: usize, toEnd: usize): bool {
  for (; to < toEnd; to++) {
    const code = codeOf(bits);
    bits <<= code;
    store<u8>(to, <u8>(code >> 8));
    const taken = ctz(bits);
    at -= <usize>(taken >> 3);
    bits = filled(at, taken & 7);
  }
  return ((at + 8 - start) << 3) == <usize>ctz(bits);
}

/** Reads four streams side by side. What lies before a stream may be read: then it does not end where it must. */
function readStreams(from: usize, end: usize, to: usize, count: usize): bool {
  if (end - from < 10) return false;
  const start1 = from + 6;
  const start2 = start1 + load<u16>(from);
  const start3 = start2 + load<u16>(from, 2);
  const start4 = start3 + load<u16>(from, 4);
  const each = (count + 3) >> 2;
  if (start4 >= end || each * 3 > count) return false;
  const last1: u32 = load<u8>(start2 - 1);
  const last2: u32 = load<u8>(start3 - 1);
  const last3: u32 = load<u8>(start4 - 1);
  const last4: u32 = load<u8>(end - 1);
  if (start1 == start2 || start2 == start3 || start3 == start4) return false;
  if (last1 == 0 || last2 == 0 || last3 == 0 || last4 == 0) return false;
  let at1 = start2 - 8;
  let at2 = start3 - 8;
  let at3 = start4 - 8;
  let at4 = end - 8;
  let bits1 = filled(at1, markBits(last1));
  let bits2 = filled(at2, markBits(last2));
  let bits3 = filled(at3, markBits(last3));
  let bits4 = filled(at4, markBits(last4));
  const to2 = to + each;
  const to3 = to2 + each;
  const to4 = to3 + each;
  let n: usize = 0;
  // Five codes take 55 bits at most, and 56 are there.
  for (const most = count - each * 3; n + 5 <= most; n += 5) {
    for (let i: usize = 0; i < 5; i++) {
      const code1 = codeOf(bits1);
      const code2 = codeOf(bits2);
      const code3 = codeOf(bits3);
      const code4 = codeOf(bits4);
      bits1 <<= code1;
      bits2 <<= code2;
      bits3 <<= code3;
      bits4 <<= code4;
      store<u8>(to + n + i, <u8>(code1 >> 8));
      store<u8>(to2 + n + i, <u8>(code2 >> 8));
      store<u8>(to3 + n + i, <u8>(code3 >> 8));
      store<u8>(to4 + n + i, <u8>(code4 >> 8));
    }
    const taken1 = ctz(bits1);
    const taken2 = ctz(bits2);
    const taken3 = ctz(bits3);
    const taken4 = ctz(bits4);
    at1 -= <usize>(taken1 >> 3);
    at2 -= <usize>(taken2 >> 3);
    at3 -= <usize>(taken3 >> 3);
    at4 -= <usize>(taken4 >> 3);
    bits1 = filled(at1, taken1 & 7);
    bits2 = filled(at2, taken2 & 7);
    bits3 = filled(at3, taken3 & 7);
    bits4 = filled(at4, taken4 & 7);
  }
  return (
    readStream(start1, at1, bits1, to + n, to2) &&
    readStream(start2, at2, bits2, to2 + n, to3) &&
    readStream(start3, at3, bits3, to3 + n, to4) &&
    readStream(start4, at4, bits4, to4 + n, to + count)
  );
}

/**
 * Reads the literals of a block, to `room` unless they stand there as they are. Gives where they end; 0 if they are
 * damaged.
 */
export function readLiterals(from: usize, end: usize, room: usize): usize {
  const head = load<u64>(from);
  const type = <u32>head & 3;
  const form = (<u32>head >> 2) & 3;
  if (type < 2) {
    // As they are, or one byte many times.
    const headBytes: usize = form == 3 ? 3 : form == 1 ? 2 : 1;
    const count = <usize>((head & ((1 << (headBytes << 3)) - 1)) >> ((form & 1) == 0 ? 3 : 4));
    literals = type == 0 ? from + headBytes : room;
    literalsEnd = literals + count;
    const after = from + headBytes + (type == 0 ? count : 1);
    if (count > largest || after > end) return 0;
    if (type == 1) memory.fill(room, <u8>load<u8>(from + headBytes), count);
    return after;
  }
  const headBytes: usize = form < 2 ? 3 : form + 2;
  const sizeBits: u64 = form < 2 ? 10 : form == 2 ? 14 : 18;
  const mask: u64 = (<u64>1 << sizeBits) - 1;
  const count = <usize>((head >> 4) & mask);
  const after = from + headBytes + <usize>((head >> (4 + sizeBits)) & mask);
  literals = room;
  literalsEnd = room + count;
  if (count > largest || after > end) return 0;
  let start = from + headBytes;
  if (type == 2) {
    start = readTable(start, after);
    if (start == 0) return 0;
    hasTable = true;
  } else if (!hasTable) return 0;
  if (form != 0) return readStreams(start, after, room, count) ? after : 0;
  const last = <u32>load<u8>(after - 1);
  if (start >= after || last == 0) return 0;
  const bits = filled(after - 8, markBits(last));
  return readStream(start, after - 8, bits, room, room + count) ? after : 0;
}
