// Blocks of LZ4 (Collet, LZ4 block format description 1.6).

/** Bytes that a copy may write beyond its end. */
const slack: usize = 64;

/** Copies `length` bytes of what was written `offset` bytes before, which may still be being written. */
function repeat(to: usize, offset: usize, length: usize): void {
  const end = to + length;
  let from = to - offset;
  if (offset >= 16) {
    for (; to + 16 <= end; to += 16, from += 16) v128.store(to, v128.load(from));
  } else if (offset >= 8) {
    for (; to + 8 <= end; to += 8, from += 8) store<u64>(to, load<u64>(from));
  }
  for (; to < end; to++, from++) store<u8>(to, load<u8>(from));
}

/**
 * Decompresses the block `ip`…`ipEnd` to `op`, at most up to `opEnd`. Matches may go back to `low`, so that blocks
 * that are linked find those before. Gives where it ends; 0 if it is no block. 64 bytes after `opEnd` may be written.
 */
export function decompressBlock(
  ip: usize,
  ipEnd: usize,
  op: usize,
  low: usize,
  opEnd: usize,
): usize {
  const fastIn = ipEnd - 40;
  const fastOut = opEnd - slack;
  for (;;) {
    // Most sequences are short, and nothing of theirs can reach beyond either end.
    while (ip < fastIn && op < fastOut) {
      const token: u32 = load<u8>(ip);
      const literals: usize = token >> 4;
      const length: usize = token & 15;
      if (literals == 15 || length > 12) break;
      const offset: usize = load<u16>(ip + literals, 1);
      // Twice 8 bytes make up to 16 of them; both are read before either is written.
      if (offset < 16) break;
      v128.store(op, v128.load(ip, 1));
      op += literals;
      ip += literals + 3;
      const from = op - offset;
      if (from < low) return 0;
      const second: usize = length > 4 ? length - 4 : 0;
      const a = load<u64>(from);
      const b = load<u64>(from + second);
      store<u64>(op, a);
      store<u64>(op + second, b);
      op += length + 4;
    }
    if (ip >= ipEnd) return 0;
    const token: u32 = load<u8>(ip++);
    let literals: usize = token >> 4;
    if (literals == 15) {
      let more: u32;
      do {
        if (ip >= ipEnd) return 0;
        more = load<u8>(ip++);
        literals += more;
      } while (more == 255);
    }
    if (literals > ipEnd - ip || literals > opEnd - op) return 0;
    memory.copy(op, ip, literals);
    ip += literals;
    op += literals;
    if (ip == ipEnd) return op;
    if (ipEnd - ip < 2) return 0;
    const offset: usize = load<u16>(ip);
    ip += 2;
    if (offset == 0 || offset > op - low) return 0;
    let length: usize = token & 15;
    if (length == 15) {
      let more: u32;
      do {
        if (ip >= ipEnd) return 0;
        more = load<u8>(ip++);
        length += more;
      } while (more == 255);
    }
    length += 4;
    if (length > opEnd - op) return 0;
    repeat(op, offset, length);
    op += length;
  }
  return 0;
}

/** Bits of the table of places. */
const tableBits = 12;

@inline
function slot(table: usize, bytes: u64): usize {
  return table + <usize>((((bytes << 24) * 889523592379) >> (64 - tableBits)) << 2);
}

/** Writes what is left of a length above 15. */
@inline
function writeLength(op: usize, length: usize): usize {
  for (; length >= 255; length -= 255) store<u8>(op++, 255);
  store<u8>(op++, <u8>length);
  return op;
}

/** Writes literals, and gives where they end. Up to 16 bytes after them may be written. */
@inline
function writeLiterals(op: usize, token: usize, from: usize, count: usize): usize {
  if (count < 15) {
    store<u8>(token, <u8>(count << 4));
    v128.store(op, v128.load(from));
    return op + count;
  }
  store<u8>(token, 0xf0);
  op = writeLength(op, count - 15);
  memory.copy(op, from, count);
  return op + count;
}

/**
 * Compresses `ip`…`end`, at most 65536 bytes, to a block at `op`, whose end it gives. `table` has 16384 bytes. The block
 * takes no more than 1/255 and 16 bytes above what it holds; 16 bytes after both may be read or written.
 */
export function compressBlock(ip: usize, end: usize, op: usize, table: usize): usize {
  const start = ip;
  let anchor = ip;
  memory.fill(table, 0, 4 << tableBits);
  // The last 5 bytes are literals, and the last match begins 12 bytes before the end: so the format has it.
  if (end - ip > 12) {
    const lastMatch = end - 12;
    const matchEnd = end - 5;
    ip++;
    while (ip <= lastMatch) {
      let from: usize = 0;
      let misses: u32 = 64;
      for (;;) {
        const bytes = load<u64>(ip);
        const place = slot(table, bytes);
        from = start + load<u32>(place);
        store<u32>(place, <u32>(ip - start));
        if (<u32>bytes == load<u32>(from) && from < ip && ip - from <= 65535) break;
        ip += misses++ >> 6;
        if (ip > lastMatch) break;
      }
      if (ip > lastMatch) break;
      while (ip > anchor && from > start && load<u8>(ip - 1) == load<u8>(from - 1)) {
        ip--;
        from--;
      }
      const token = op;
      op = writeLiterals(op + 1, token, anchor, ip - anchor);
      store<u16>(op, <u16>(ip - from));
      op += 2;
      let to = ip + 4;
      from += 4;
      let same = true;
      while (to + 8 <= matchEnd) {
        const difference = load<u64>(to) ^ load<u64>(from);
        if (difference != 0) {
          to += <usize>(ctz(difference) >> 3);
          same = false;
          break;
        }
        to += 8;
        from += 8;
      }
      if (same) {
        while (to < matchEnd && load<u8>(to) == load<u8>(from)) {
          to++;
          from++;
        }
      }
      const length = to - ip - 4;
      if (length < 15) store<u8>(token, load<u8>(token) | <u8>length);
      else {
        store<u8>(token, load<u8>(token) | 15);
        op = writeLength(op, length - 15);
      }
      ip = to;
      anchor = to;
      if (ip <= lastMatch) {
        store<u32>(slot(table, load<u64>(ip - 2)), <u32>(ip - 2 - start));
      }
    }
  }
  return writeLiterals(op + 1, op, anchor, end - anchor);
}
