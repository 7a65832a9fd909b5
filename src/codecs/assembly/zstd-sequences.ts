// Sequences of a block of ZSTD (RFC 8878, sections 3.1.1.3.2 and 3.1.1.5): literals, then bytes of before.
import { layTable, oneState, readCounts, stateLog, usualCounts } from './zstd-fse';
import { literals, literalsEnd } from './zstd-literals';
import { literalLengths, markBits, matchLengths, offsets, topBits } from './zstd-memory';

/** How many bits tell the first state of each table; none before the first of a frame. */
let literalLog: i32 = -1;
let offsetLog: i32 = -1;
let matchLog: i32 = -1;

/** Offsets of the last matches. */
let recent1: usize = 0;
let recent2: usize = 0;
let recent3: usize = 0;

/** Forgets what the frame before had. */
export function forgetSequences(): void {
  literalLog = -1;
  offsetLog = -1;
  matchLog = -1;
  recent1 = 1;
  recent2 = 4;
  recent3 = 8;
}

/** Bits of the first state of the table that was read last. */
let readLog: i32 = 0;

/** Reads a table of one of four kinds. Gives where it ends; 0 if it is damaged. `log` is that of the table before. */
function readTable(
  kind: u32,
  from: usize,
  end: usize,
  table: usize,
  most: u32,
  mostLog: u32,
  log: i32,
): usize {
  readLog = log;
  if (kind == 3) return log < 0 ? 0 : from;
  if (kind == 1) {
    const symbol = <u32>load<u8>(from);
    if (from >= end || symbol >= most) return 0;
    oneState(table, symbol);
    readLog = 0;
    return from + 1;
  }
  if (kind == 0) usualCounts(table);
  else {
    from = readCounts(from, end, most, mostLog);
    if (from == 0) return 0;
  }
  layTable(table);
  readLog = stateLog;
  return from;
}

/** Copies `length` bytes, 16 at a time: up to 15 more are written. */
// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, length: usize): void {
  v128.store(to, v128.load(from));
  for (let done: usize = 16; done < length; done += 16) {
    v128.store(to + done, v128.load(from + done));
  }
}

/** Copies `length` bytes of what was written fewer than 16 bytes before, which are still being written. */
function repeat(to: usize, offset: usize, length: usize): void {
  const end = to + length;
  let from = to - offset;
  if (offset >= 8) {
    for (; to < end; to += 8, from += 8) store<u64>(to, load<u64>(from));
  } else {
    for (; to < end; to++, from++) store<u8>(to, load<u8>(from));
  }
}

/** How many bits are added to the value of an entry. */
// @ts-ignore: decorator
@inline
function addedBits(entry: u64): u64 {
  return (entry >> 24) & 255;
}

/** How many bits are added to the least state that follows an entry. */
// @ts-ignore: decorator
@inline
function nextBits(entry: u64): u64 {
  return (entry >> 16) & 255;
}

/**
 * Reads the sequences `from`…`end` and writes what they say to `op`, at most up to `opEnd`; matches may go back to `low`.
 * Gives where it ends; 0 if they are damaged. 64 bytes after `opEnd` may be written.
 */
export function runSequences(
  from: usize,
  end: usize,
  op: usize,
  low: usize,
  opEnd: usize,
): usize {
  if (from >= end) return 0;
  let count: u32 = load<u8>(from++);
  if (count >= 128) {
    if (count < 255) count = ((count - 128) << 8) + load<u8>(from++);
    else {
      count = 0x7f00 + <u32>load<u16>(from);
      from += 2;
    }
  }
  let lit = literals;
  const litEnd = literalsEnd;
  if (count > 0) {
    const kinds: u32 = load<u8>(from++);
    if ((kinds & 3) != 0) return 0;
    from = readTable(kinds >> 6, from, end, literalLengths, 36, 9, literalLog);
    if (from == 0) return 0;
    literalLog = readLog;
    from = readTable((kinds >> 4) & 3, from, end, offsets, 32, 8, offsetLog);
    if (from == 0) return 0;
    offsetLog = readLog;
    from = readTable((kinds >> 2) & 3, from, end, matchLengths, 53, 9, matchLog);
    if (from == 0) return 0;
    matchLog = readLog;
    const last: u32 = load<u8>(end - 1);
    if (from >= end || last == 0) return 0;

    let at = end - 8;
    // Bits of the 8 bytes at a place that are taken.
    let taken = markBits(last);
    let bits = load<u64>(at) << taken;
    let literalState = <usize>topBits(bits, literalLog);
    bits <<= literalLog;
    let offsetState = <usize>topBits(bits, offsetLog);
    bits <<= offsetLog;
    let matchState = <usize>topBits(bits, matchLog);
    taken += literalLog + offsetLog + matchLog;
    let first = recent1;
    let second = recent2;
    let third = recent3;
    const lowest = from - 16;
    for (;;) {
      at -= <usize>(taken >> 3);
      taken &= 7;
      // What lies before the stream was read as if it were of it.
      if (at < lowest) return 0;
      bits = load<u64>(at) << taken;
      const literalEntry = load<u64>(literalLengths + (literalState << 3));
      const offsetEntry = load<u64>(offsets + (offsetState << 3));
      const matchEntry = load<u64>(matchLengths + (matchState << 3));
      let literalLength = <usize>(literalEntry >> 32);
      let matchLength = <usize>(matchEntry >> 32);
      const offsetBits = addedBits(offsetEntry);
      const given = <usize>(offsetEntry >> 32) + <usize>topBits(bits, offsetBits);
      bits <<= offsetBits;
      taken += offsetBits;
      // 57 bits are there, and 26 of them may tell the next states: longer numbers are read by themselves.
      if (addedBits(literalEntry | matchEntry) != 0 || offsetBits > 30) {
        const matchBits = addedBits(matchEntry);
        const literalBits = addedBits(literalEntry);
        at -= <usize>(taken >> 3);
        taken &= 7;
        bits = load<u64>(at) << taken;
        matchLength += <usize>topBits(bits, matchBits);
        literalLength += <usize>topBits(bits << matchBits, literalBits);
        taken += matchBits + literalBits;
        at -= <usize>(taken >> 3);
        taken &= 7;
        bits = load<u64>(at) << taken;
      }

      // One of the last three, or another one without literals before: chosen without a branch, which nobody could foretell.
      const place: usize = given > 3 ? 5 : given + <usize>(literalLength == 0);
      let offset = select<usize>(first, given - 3, place == 1);
      offset = select<usize>(second, offset, place == 2);
      offset = select<usize>(third, offset, place == 3);
      offset = select<usize>(first - 1, offset, place == 4);
      third = select<usize>(second, third, place > 2);
      second = select<usize>(first, second, place > 1);
      first = offset;

      if (literalLength > litEnd - lit || literalLength + matchLength > opEnd - op) return 0;
      copy(op, lit, literalLength);
      lit += literalLength;
      op += literalLength;
      if (offset - 1 >= op - low) return 0;
      if (offset >= 16) copy(op, op - offset, matchLength);
      else repeat(op, offset, matchLength);
      op += matchLength;

      if (--count == 0) break;
      const literalNext = nextBits(literalEntry);
      const matchNext = nextBits(matchEntry);
      const offsetNext = nextBits(offsetEntry);
      taken += literalNext + matchNext + offsetNext;
      literalState = <usize>((literalEntry & 0xffff) + topBits(bits, literalNext));
      bits <<= literalNext;
      matchState = <usize>((matchEntry & 0xffff) + topBits(bits, matchNext));
      bits <<= matchNext;
      offsetState = <usize>((offsetEntry & 0xffff) + topBits(bits, offsetNext));
    }
    if (<u64>(at + 8 - from) << 3 != taken) return 0;
    recent1 = first;
    recent2 = second;
    recent3 = third;
  } else if (from != end) return 0;
  const rest = litEnd - lit;
  if (rest > opEnd - op) return 0;
  memory.copy(op, lit, rest);
  return op + rest;
}
