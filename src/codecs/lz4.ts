/** Frames of LZ4 (Collet, LZ4 frame format description 1.6): written whole, read with linked blocks too. */
import { lined, type Unpacked, type Workshop, workAt, workshop } from './wasm.ts';
import { xxhash32 } from './xxhash32.ts';

const magic = 0x184d2204;
/** Bytes of a block at most, by its code in the head of a frame. */
const blockSizes: Readonly<Record<number, number>> = {
  4: 2 ** 16,
  5: 2 ** 18,
  6: 2 ** 20,
  7: 2 ** 22,
};
const stored = 0x8000_0000;

/** What a frame says of itself. */
interface Frame {
  readonly blockChecksums: boolean;
  /** Where the first block begins. */
  readonly at: number;
  readonly blockBytes: number;
  readonly blocks: number;
}

/** Where the blocks of a frame are; undefined if it is none, or is cut off. */
function frameOf(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < 11) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = bytes[4]!;
  const blockBytes = blockSizes[(bytes[5]! >> 4) & 7];
  if (view.getUint32(0, true) !== magic || flags >> 6 !== 1 || blockBytes === undefined) {
    return undefined;
  }
  // A frame with a dictionary needs what is not there.
  if ((flags & 1) !== 0) return undefined;
  const first = 7 + ((flags & 8) === 0 ? 0 : 8);
  const blockChecksums = (flags & 16) !== 0;
  let blocks = 0;
  for (let at = first; ; blocks++) {
    if (at + 4 > bytes.length) return undefined;
    const size = view.getUint32(at, true);
    if (size === 0) return { blockChecksums, at: first, blockBytes, blocks };
    at += 4 + (size & ~stored) + (blockChecksums ? 4 : 0);
  }
}

/** Decompresses a frame into the {@link workshop}; undefined if it is none, is damaged, or holds more than `most` bytes. */
export function unpackLz4(bytes: Uint8Array, most: number): Unpacked | undefined {
  const frame = frameOf(bytes);
  if (frame === undefined) return undefined;
  const room = Math.min(most, frame.blocks * frame.blockBytes);
  const to = lined(workAt + bytes.length + 64);
  const shop = workshop(to - workAt + room + 128);
  const { u8, view, run } = shop;
  u8.set(bytes, workAt);
  let op = to;
  const end = to + room;
  for (let at = workAt + frame.at; ; ) {
    const size = view.getUint32(at, true);
    if (size === 0) return { shop, at: to, length: op - to };
    at += 4;
    const length = size & ~stored;
    if (size >= stored) {
      if (length > end - op) return undefined;
      u8.copyWithin(op, at, at + length);
      op += length;
    } else {
      op = run.decompressBlock(at, at + length, op, to, Math.min(end, op + frame.blockBytes));
      if (op === 0) return undefined;
    }
    at += length + (frame.blockChecksums ? 4 : 0);
  }
}

/** Head of frames with blocks of 64 KiB on their own, without checksums or sizes. */
const head = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0);
head[6] = (xxhash32(head.subarray(4, 6)) >>> 8) & 0xff;

const blockBytes = 2 ** 16;
/** Where the table of places of a compressor stands. */
const tableAt = 16_384;

/** Bytes that a frame may take. */
export function packedBound(length: number): number {
  return head.length + 4 + Math.ceil(length / blockBytes) * 24 + Math.ceil((length * 256) / 255);
}

/**
 * Compresses `length` bytes at `at` of the {@link workshop} to a frame at `to`, where {@link packedBound} bytes have
 * room. Gives where it ends.
 */
export function packLz4(
  { u8, view, run }: Workshop,
  at: number,
  length: number,
  to: number,
): number {
  u8.set(head, to);
  let op = to + head.length;
  for (let from = at; from < at + length; from += blockBytes) {
    const end = Math.min(from + blockBytes, at + length);
    const blockEnd = run.compressBlock(from, end, op + 4, tableAt);
    if (blockEnd - op - 4 < end - from) {
      view.setUint32(op, blockEnd - op - 4, true);
      op = blockEnd;
    } else {
      view.setUint32(op, (end - from) | stored, true);
      u8.copyWithin(op + 4, from, end);
      op += 4 + end - from;
    }
  }
  view.setUint32(op, 0, true);
  return op + 4;
}

/**
 * Compresses bytes to a frame.
 *
 * @example
 * ```ts
 * unpackedLz4(packedLz4(new Uint8Array(1000)))?.length; // 1000
 * ```
 */
export function packedLz4(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const to = lined(workAt + bytes.length + 64);
  const shop = workshop(to - workAt + packedBound(bytes.length) + 64);
  shop.u8.set(bytes, workAt);
  return shop.u8.slice(to, packLz4(shop, workAt, bytes.length, to));
}

/** Decompresses a frame of at most 16 MiB; undefined if it is none. */
export function unpackedLz4(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const unpacked = unpackLz4(bytes, 2 ** 24);
  return unpacked?.shop.u8.slice(unpacked.at, unpacked.at + unpacked.length);
}
