// Frames of Zstandard (RFC 8878), written: for records of 16 bytes, each of which is like the one before. All matches are
// with what stands a record before, which needs no search, and in whose place no other match gains much.
import { writeLiterals } from './zstd-pack-literals';
import { layLengthCodes, writeSequences } from './zstd-pack-sequences';

/** Bytes of a record. */
const stride: usize = 16;
/** Bytes of a block. Lengths then have 16 bits. */
const blockBytes: usize = 65536;
/** Bytes before the first match of a block: a record, and half of one, since what is alike seldom ends with a record. */
const ahead: usize = 24;

/** Where the sequences and the literals of the last block end. */
let sequencesEnd: usize = 0;
let literalsEnd: usize = 0;
/** Where the literals begin that belong to no sequence yet. */
let anchor: usize = 0;

/** Notes the match `from`…`end`, and copies the literals before it. */
function note(from: usize, end: usize): void {
  const length = from - anchor;
  let to = literalsEnd;
  literalsEnd += length;
  store<u16>(sequencesEnd, <u16>length);
  store<u16>(sequencesEnd, <u16>(end - from - 3), 2);
  sequencesEnd += 8;
  for (let at = anchor; to < literalsEnd; at += 16, to += 16) v128.store(to, v128.load(at));
  anchor = end;
}

/** Which of 64 bytes are as those a record before, the first lowest. */
// @ts-ignore: decorator
@inline
function alike(at: usize): u64 {
  const a = v128.load(at - stride);
  const b = v128.load(at);
  const c = v128.load(at, 16);
  const d = v128.load(at, 32);
  const e = v128.load(at, 48);
  const low = i8x16.bitmask(i8x16.eq(a, b)) | (i8x16.bitmask(i8x16.eq(b, c)) << 16);
  const high = i8x16.bitmask(i8x16.eq(c, d)) | (i8x16.bitmask(i8x16.eq(d, e)) << 16);
  return <u64>(<u32>low) | (<u64>(<u32>high) << 32);
}

/** Finds the sequences and literals of the block `from`…`end`. 64 bytes after it are read. */
function findMatches(from: usize, end: usize): void {
  anchor = from;
  // Where a match begins that has not ended yet.
  let begun: usize = 0;
  for (let at = from + ahead; at < end; at += 64) {
    let same = alike(at);
    if (end - at < 64) same &= ((<u64>1) << (end - at)) - 1;
    if (begun != 0) {
      const more = <usize>ctz(~same);
      if (more == 64) continue;
      note(begun, at + more);
      begun = 0;
      same &= ~(<u64>0) << more;
    }
    // Where five begin: what is shorter gains nothing.
    let five = same & (same >> 1);
    five &= five >> 2;
    five &= same >> 4;
    while (five != 0) {
      const first = ctz(five);
      const last = first + ctz(~(same >> first));
      if (last == 64) {
        begun = at + <usize>first;
        break;
      }
      note(at + <usize>first, at + <usize>last);
      five &= ~(<u64>0) << last;
    }
  }
  if (begun != 0) note(begun, end);
  const rest = end - anchor;
  memory.copy(literalsEnd, anchor, rest);
  literalsEnd += rest;
}

/**
 * Compresses `from`…`end` to a frame at `to`; gives where it ends. On the way there, as many bytes and 256 for each block
 * are written, and 16 for its head; 64 after `end` are read. `room` has 196736 bytes for what it works with.
 */
export function compressZstd(from: usize, end: usize, to: usize, room: usize): usize {
  const length = end - from;
  // One segment, its size in 1, 2 or 4 bytes, no checksum.
  store<u32>(to, 0xfd2fb528);
  const format: u32 = length < 256 ? 0 : length < 65792 ? 1 : 2;
  store<u8>(to, <u8>(32 | (format << 6)), 4);
  store<u32>(to, <u32>length - (format == 1 ? 256 : 0), 5);
  to += 5 + (1 << format);
  layLengthCodes();
  const literals = room + blockBytes * 2;
  let isKnown = false;
  do {
    const blockEnd = end - from > blockBytes ? from + blockBytes : end;
    const bytes = blockEnd - from;
    const isLast: u32 = blockEnd == end ? 1 : 0;
    let op = to + 3;
    // Those that are shorter gain nothing.
    if (bytes > 64) {
      sequencesEnd = room;
      literalsEnd = literals;
      findMatches(from, blockEnd);
      op = writeLiterals(op, literals, literalsEnd);
      op = writeSequences(op, room, sequencesEnd, isKnown);
    }
    let packed = op - to - 3;
    let kind: u32 = 2;
    if (packed > 0 && packed < bytes) isKnown = isKnown || sequencesEnd > room;
    else {
      kind = 0;
      packed = bytes;
      memory.copy(to + 3, from, bytes);
    }
    const head = isLast | (kind << 1) | (<u32>packed << 3);
    store<u16>(to, <u16>head);
    store<u8>(to, <u8>(head >> 16), 2);
    to += 3 + packed;
    from = blockEnd;
  } while (from < end);
  return to;
}
