// Sequences of a block of ZSTD, written (RFC 8878, section 3.1.1.3.2). A sequence has 8 bytes: u16 how many literals, u16
// the length of the match less 3, u8 the code of each.
import { extraBits, layValues, usualCounts } from './zstd-fse';
import {
  bitsBefore,
  firstState,
  layOnePackState,
  layPackTable,
  scaleCounts,
  stateAfter,
  writeCounts,
} from './zstd-pack-fse';
import {
  literalCodes,
  literalExtras,
  literalLengths,
  matchCodes,
  matchExtras,
  matchLengths,
  offsets,
  packLiteralLengths,
  packMatchLengths,
  packOffsets,
  times,
  values,
} from './zstd-memory';

/** Where it is counted how often each code comes. */
const matchTimes: usize = times + 256;
const offsetTimes: usize = times + 512;
/** Sequences that are fewer do not get a distribution of their own. */
const fewest: u32 = 64;

/** The code of an offset that is said in full, 4 bits more than 16 + 3, and of the one before. */
const newOffset: u32 = 4;
const extraOffset: u64 = 3;

/** Lays down the codes of lengths, and how many bits are added to each. */
export function layLengthCodes(): void {
  layValues(literalLengths, 25);
  for (let code: u32 = 0; code < 36; code++) {
    const extra = extraBits(literalLengths, code);
    store<u8>(literalExtras + code, <u8>extra);
    if (code > 24) continue;
    const least = load<u32>(values + (<usize>code << 3), 4);
    memory.fill(literalCodes + least, <u8>code, 1 << extra);
  }
  layValues(matchLengths, 43);
  for (let code: u32 = 0; code < 53; code++) {
    const extra = extraBits(matchLengths, code);
    store<u8>(matchExtras + code, <u8>extra);
    if (code > 42) continue;
    const least = load<u32>(values + (<usize>code << 3), 4) - 3;
    memory.fill(matchCodes + least, <u8>code, 1 << extra);
  }
}

/** Finds the codes of sequences, and counts them. */
function countCodes(from: usize, end: usize): void {
  memory.fill(times, 0, 768);
  for (let at = from; at < end; at += 8) {
    const literal = <u32>load<u16>(at);
    const match = <u32>load<u16>(at, 2);
    const a = literal < 64 ? <u32>load<u8>(literalCodes + literal) : 50 - clz(literal);
    const b = match < 128 ? <u32>load<u8>(matchCodes + match) : 67 - clz(match);
    store<u16>(at, <u16>(a | (b << 8)), 4);
    store<u32>(times + (<usize>a << 2), load<u32>(times + (<usize>a << 2)) + 1);
    store<u32>(matchTimes + (<usize>b << 2), load<u32>(matchTimes + (<usize>b << 2)) + 1);
  }
}

/** How a table is given: see {@link giveTable}. */
let mode: u32 = 0;
/** States of it, as a power of two. */
let log: u32 = 0;

/** Makes a table for `total` codes that come as often as they were counted, and says what it is; gives where that ends. */
function giveTable(
  op: usize,
  table: usize,
  usual: usize,
  often: usize,
  most: u32,
  mostLog: u32,
  total: u32,
): usize {
  let some: u32 = 0;
  while (load<u32>(often + (<usize>some << 2)) == 0) some++;
  if (load<u32>(often + (<usize>some << 2)) == total) {
    mode = 1;
    log = 0;
    layOnePackState(table, some);
    store<u8>(op, <u8>some);
    return op + 1;
  }
  if (total < fewest) {
    mode = 0;
    log = usual == offsets ? 5 : 6;
    usualCounts(usual);
  } else {
    mode = 2;
    log = min(mostLog, max(6, 29 - clz(total)));
    scaleCounts(often, most, total, log);
    op = writeCounts(op);
  }
  layPackTable(table);
  return op;
}

/** Writes the sequences `from`…`end`; the first says its offset unless that `isKnown`. Gives where that ends. */
export function writeSequences(op: usize, from: usize, end: usize, isKnown: bool): usize {
  const total = <u32>((end - from) >> 3);
  if (total < 128) store<u8>(op++, <u8>total);
  else {
    store<u8>(op++, <u8>((total >> 8) + 128));
    store<u8>(op++, <u8>total);
  }
  if (total == 0) return op;
  countCodes(from, end);
  const first = isKnown ? 0 : newOffset;
  store<u32>(offsetTimes, total);
  if (!isKnown) {
    store<u32>(offsetTimes, total - 1);
    store<u32>(offsetTimes + (newOffset << 2), 1);
  }
  const modes = op++;
  op = giveTable(op, packLiteralLengths, literalLengths, times, 36, 9, total);
  let all = mode << 6;
  const literalLog = log;
  op = giveTable(op, packOffsets, offsets, offsetTimes, newOffset + 1, 8, total);
  all |= mode << 4;
  const offsetLog = log;
  op = giveTable(op, packMatchLengths, matchLengths, matchTimes, 53, 9, total);
  all |= mode << 2;
  const matchLog = log;
  store<u8>(modes, <u8>all);

  let at = end - 8;
  let literalCode = <usize>load<u8>(at, 4);
  let matchCode = <usize>load<u8>(at, 5);
  let offsetCode: u32 = at == from ? first : 0;
  let literalState = firstState(packLiteralLengths, <u32>literalCode);
  let matchState = firstState(packMatchLengths, <u32>matchCode);
  let offsetState = firstState(packOffsets, offsetCode);
  let bits: u64 = 0;
  let filled: u64 = 0;
  for (;;) {
    // What is added to the codes.
    let width = <u64>load<u8>(literalExtras + literalCode);
    bits |= (<u64>load<u16>(at) & (((<u64>1) << width) - 1)) << filled;
    filled += width;
    width = <u64>load<u8>(matchExtras + matchCode);
    bits |= (<u64>load<u16>(at, 2) & (((<u64>1) << width) - 1)) << filled;
    filled += width;
    if (at == from) break;
    store<u64>(op, bits);
    op += <usize>(filled >> 3);
    bits >>= filled & 56;
    filled &= 7;

    at -= 8;
    literalCode = <usize>load<u8>(at, 4);
    matchCode = <usize>load<u8>(at, 5);
    offsetCode = at == from ? first : 0;
    let count = bitsBefore(packOffsets, offsetCode, offsetState);
    bits |= <u64>(offsetState & ((1 << count) - 1)) << filled;
    filled += count;
    offsetState = stateAfter(packOffsets, offsetCode, offsetState, count);
    count = bitsBefore(packMatchLengths, matchCode, matchState);
    bits |= <u64>(matchState & ((1 << count) - 1)) << filled;
    filled += count;
    matchState = stateAfter(packMatchLengths, matchCode, matchState, count);
    count = bitsBefore(packLiteralLengths, literalCode, literalState);
    bits |= <u64>(literalState & ((1 << count) - 1)) << filled;
    filled += count;
    literalState = stateAfter(packLiteralLengths, literalCode, literalState, count);
  }
  if (!isKnown) {
    bits |= extraOffset << filled;
    filled += newOffset;
  }
  store<u64>(op, bits);
  op += <usize>(filled >> 3);
  bits >>= filled & 56;
  filled &= 7;
  bits |= <u64>(matchState & ((1 << matchLog) - 1)) << filled;
  filled += matchLog;
  bits |= <u64>(offsetState & ((1 << offsetLog) - 1)) << filled;
  filled += offsetLog;
  bits |= <u64>(literalState & ((1 << literalLog) - 1)) << filled;
  filled += literalLog;
  bits |= (<u64>1) << filled;
  store<u64>(op, bits);
  return op + <usize>((filled + 8) >> 3);
}
