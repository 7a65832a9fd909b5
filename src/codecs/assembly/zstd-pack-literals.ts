// Literals of a block of ZSTD, written (RFC 8878, sections 3.1.1.3.1 and 4.2).
import { bitsBefore, firstState, layPackTable, scaleCounts, stateAfter, writeCounts } from './zstd-pack-fse';
import { codedBits, layCodes } from './zstd-pack-huffman';
import { codes, packWeights, times, weights } from './zstd-memory';

/** Literals that are fewer are written as they are. */
const fewest: usize = 64;
const weightLog: u32 = 6;

/** Writes the head of literals that are stored, or of one that is repeated. */
function writeHead(op: usize, kind: u32, length: u32): usize {
  if (length < 32) {
    store<u8>(op, <u8>(kind | (length << 3)));
    return op + 1;
  }
  const isShort = length < 4096;
  store<u32>(op, kind | (isShort ? 4 : 12) | (length << 4));
  return op + (isShort ? 2 : 3);
}

function writeStored(op: usize, from: usize, length: usize): usize {
  op = writeHead(op, 0, <u32>length);
  memory.copy(op, from, length);
  return op + length;
}

/** Counts the bytes `from`…`end`; gives how often the most frequent comes. */
function countBytes(from: usize, end: usize): u32 {
  memory.fill(times, 0, 4096);
  for (; from + 4 <= end; from += 4) {
    const four = load<u32>(from);
    const a = times + (<usize>(four & 255) << 2);
    store<u32>(a, load<u32>(a) + 1);
    const b = times + (<usize>((four >> 8) & 255) << 2);
    store<u32>(b, load<u32>(b, 1024) + 1, 1024);
    const c = times + (<usize>((four >> 16) & 255) << 2);
    store<u32>(c, load<u32>(c, 2048) + 1, 2048);
    const d = times + (<usize>(four >> 24) << 2);
    store<u32>(d, load<u32>(d, 3072) + 1, 3072);
  }
  for (; from < end; from++) {
    const a = times + (<usize>load<u8>(from) << 2);
    store<u32>(a, load<u32>(a) + 1);
  }
  let most: u32 = 0;
  for (let at = times; at < times + 1024; at += 4) {
    const sum = load<u32>(at) + load<u32>(at, 1024) + load<u32>(at, 2048) + load<u32>(at, 3072);
    store<u32>(at, sum);
    if (sum > most) most = sum;
  }
  return most;
}

/** Writes the first `count` weights by two states in turn; gives where that ends, 0 if it cannot be done. */
function writeCodedWeights(op: usize, count: u32): usize {
  if (count < 3) return 0;
  memory.fill(times, 0, 64);
  let most: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const at = times + (<usize>load<u8>(weights + i) << 2);
    const often = load<u32>(at) + 1;
    store<u32>(at, often);
    if (often > most) most = often;
  }
  if (most == count) return 0;
  scaleCounts(times, 13, count, weightLog);
  op = writeCounts(op);
  layPackTable(packWeights);
  let i = count - 1;
  let state = firstState(packWeights, load<u8>(weights + i--));
  let other = firstState(packWeights, load<u8>(weights + i--));
  let bits: u64 = 0;
  let filled: u64 = 0;
  for (; <i32>i >= 0; i--) {
    const weight = <usize>load<u8>(weights + i);
    const width = bitsBefore(packWeights, weight, state);
    bits |= <u64>(state & ((1 << width) - 1)) << filled;
    filled += width;
    const next = stateAfter(packWeights, weight, state, width);
    state = other;
    other = next;
    store<u64>(op, bits);
    op += <usize>(filled >> 3);
    bits >>= filled & 56;
    filled &= 7;
  }
  // `state` is of the weight with the number 1 now.
  bits |= <u64>(state & 63) << filled;
  bits |= <u64>(other & 63) << (filled + 6);
  bits |= (<u64>1) << (filled + 12);
  store<u64>(op, bits);
  return op + <usize>((filled + 20) >> 3);
}

/** Writes the weights of all bytes before the last that has one; gives where that ends, 0 if it cannot be done. */
function writeWeights(op: usize, last: u32): usize {
  const end = writeCodedWeights(op + 1, last);
  const bytes = end - op - 1;
  if (end != 0 && bytes < 128 && (last > 128 || bytes < (last + 1) >> 1)) {
    store<u8>(op, <u8>bytes);
    return end;
  }
  if (last > 128) return 0;
  store<u8>(op++, <u8>(127 + last));
  store<u8>(weights + last, 0);
  for (let i: u32 = 0; i < last; i += 2) {
    store<u8>(op++, (load<u8>(weights + i) << 4) | load<u8>(weights + i, 1));
  }
  return op;
}

/** Writes the codes of the bytes `from`…`end`, the last first; gives where they end. */
function writeStream(op: usize, from: usize, end: usize): usize {
  let bits: u64 = 0;
  let filled: u64 = 0;
  for (; (end - from) % 5 != 0; ) {
    const code = <u64>load<u32>(codes + (<usize>load<u8>(--end) << 2));
    bits |= (code >> 8) << filled;
    filled += code & 255;
  }
  for (; end > from; ) {
    store<u64>(op, bits);
    op += <usize>(filled >> 3);
    bits >>= filled & 56;
    filled &= 7;
    end -= 5;
    const a = <u64>load<u32>(codes + (<usize>load<u8>(end, 4) << 2));
    bits |= (a >> 8) << filled;
    filled += a & 255;
    const b = <u64>load<u32>(codes + (<usize>load<u8>(end, 3) << 2));
    bits |= (b >> 8) << filled;
    filled += b & 255;
    const c = <u64>load<u32>(codes + (<usize>load<u8>(end, 2) << 2));
    bits |= (c >> 8) << filled;
    filled += c & 255;
    const d = <u64>load<u32>(codes + (<usize>load<u8>(end, 1) << 2));
    bits |= (d >> 8) << filled;
    filled += d & 255;
    const e = <u64>load<u32>(codes + (<usize>load<u8>(end) << 2));
    bits |= (e >> 8) << filled;
    filled += e & 255;
  }
  bits |= (<u64>1) << filled;
  store<u64>(op, bits);
  return op + <usize>((filled + 8) >> 3);
}

/** Writes the literals `from`…`end`, fewer than 2^18; gives where that ends. */
export function writeLiterals(op: usize, from: usize, end: usize): usize {
  const length = end - from;
  if (length < fewest) return writeStored(op, from, length);
  const most = countBytes(from, end);
  if (most == <u32>length) {
    op = writeHead(op, 1, most);
    store<u8>(op, load<u8>(from));
    return op + 1;
  }
  // Bytes that come about as often as all others gain nothing.
  if (most <= (<u32>length >> 7) + 4) return writeStored(op, from, length);
  const last = layCodes();
  const format: u32 = length < 1024 ? 1 : length < 16384 ? 2 : 3;
  const headBytes: usize = format + 2;
  const start = op + headBytes;
  const jumps = writeWeights(start, last);
  if (jumps == 0 || jumps + 10 + (codedBits >> 3) >= start + length) return writeStored(op, from, length);
  const part = (length + 3) >> 2;
  let to = jumps + 6;
  for (let i: usize = 0; i < 3; i++, from += part) {
    const next = writeStream(to, from, from + part);
    store<u16>(jumps + (i << 1), <u16>(next - to));
    to = next;
  }
  to = writeStream(to, from, end);
  const bytes = to - start;
  const head = 2 | (format << 2) | (<u64>length << 4) | (<u64>bytes << (format * 4 + 10));
  // The first bytes of what is described stand after it.
  for (let i: usize = 0; i < headBytes; i++) store<u8>(op + i, <u8>(head >> (i << 3)));
  return to;
}
