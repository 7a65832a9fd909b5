// Frames of Zstandard (RFC 8878).
import { forgetTable, readLiterals } from './zstd-literals';
import { forgetSequences, runSequences } from './zstd-sequences';
import { xxhash64 } from './xxhash64';

/** Bytes of a block at most. */
const largestBlock: usize = 131072;

/**
 * Decompresses the frames `ip`…`ipEnd` to `op`, at most up to `opEnd`; literals stand at `room` meanwhile, which has
 * 131072 bytes. Gives where it ends; 0 if they are damaged, or need a dictionary. 64 bytes after `room` and `opEnd` may
 * be written, and as many bytes after `ipEnd` are read as a word has.
 */
export function decompressZstd(
  ip: usize,
  ipEnd: usize,
  op: usize,
  opEnd: usize,
  room: usize,
): usize {
  while (ip < ipEnd) {
    if (ipEnd - ip < 9) return 0;
    const magic = load<u32>(ip);
    if ((magic & 0xfffffff0) == 0x184d2a50) {
      // Of others, and to be passed over.
      const length = <usize>load<u32>(ip, 4);
      if (length > ipEnd - ip - 8) return 0;
      ip += 8 + length;
      continue;
    }
    if (magic != 0xfd2fb528) return 0;
    const flags: u32 = load<u8>(ip, 4);
    ip += 5;
    const isSingle = (flags & 32) != 0;
    // A reserved bit, or a dictionary.
    if ((flags & 8) != 0) return 0;
    let largest = largestBlock;
    if (!isSingle) {
      const window: u32 = load<u8>(ip++);
      // Libzstd of 32 bits refuses windows above 1 GiB too.
      if (window > 20 << 3) return 0;
      const base: u64 = <u64>1 << (10 + (window >> 3));
      const size = base + (base >> 3) * (window & 7);
      if (size < largestBlock) largest = <usize>size;
    }
    const idBytes: usize = (1 << (flags & 3)) >> 1;
    for (let i: usize = 0; i < idBytes; i++) if (load<u8>(ip++) != 0) return 0;
    let size: u64 = u64.MAX_VALUE;
    switch (flags >> 6) {
      case 0:
        if (isSingle) size = load<u8>(ip++);
        break;
      case 1:
        size = <u64>load<u16>(ip) + 256;
        ip += 2;
        break;
      case 2:
        size = load<u32>(ip);
        ip += 4;
        break;
      default:
        size = load<u64>(ip);
        ip += 8;
    }
    if (isSingle && size < largestBlock) largest = <usize>size;
    const low = op;
    forgetTable();
    forgetSequences();
    let isLast = false;
    while (!isLast) {
      if (ip + 3 > ipEnd) return 0;
      const head = load<u32>(ip) & 0xffffff;
      ip += 3;
      isLast = (head & 1) != 0;
      const type = (head >> 1) & 3;
      const bytes = <usize>(head >> 3);
      const stored: usize = type == 1 ? 1 : bytes;
      if (bytes > largest || stored > ipEnd - ip) return 0;
      const end = opEnd - op < largest ? opEnd : op + largest;
      if (type == 2) {
        const at = readLiterals(ip, ip + bytes, room);
        if (at == 0) return 0;
        op = runSequences(at, ip + bytes, op, low, end);
        if (op == 0) return 0;
      } else {
        if (type == 3 || bytes > end - op) return 0;
        if (type == 0) memory.copy(op, ip, bytes);
        else memory.fill(op, load<u8>(ip), bytes);
        op += bytes;
      }
      ip += stored;
    }
    if (size != u64.MAX_VALUE && <u64>(op - low) != size) return 0;
    if ((flags & 4) != 0) {
      if (ip + 4 > ipEnd || load<u32>(ip) != <u32>xxhash64(low, op)) return 0;
      ip += 4;
    }
  }
  return op;
}
