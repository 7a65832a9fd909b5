/** Frames of Zstandard (RFC 8878): read, and written for records of 16 bytes. */
import { lined, type Unpacked, type Workshop, workAt, workshop } from './wasm.ts';
import { type DecompressZstd, nativeZstd } from './zstd-library.ts';

let found: Promise<DecompressZstd | undefined> | undefined;
let decompress: DecompressZstd | undefined;

/** Takes the native library to read with, if it is installed. */
export async function loadZstd(): Promise<void> {
  found ??= nativeZstd();
  decompress = await found;
}

/** Bytes that a frame says it holds (section 3.1.1.1); undefined if it does not say so, or is no frame. */
export function zstdSize(frame: Uint8Array): number | undefined {
  if (frame.length < 6) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const descriptor = frame[4]!;
  const single = (descriptor & 32) !== 0;
  const at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  const bytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  return at + bytes > frame.length ? undefined : sizeAt(view, at, bytes);
}

function sizeAt(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 0) return undefined;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  const size = view.getBigUint64(at, true);
  return size < 2n ** 53n ? Number(size) : undefined;
}

/** Bytes of the literals of a block at most. */
const literalBytes = 2 ** 17;

/**
 * Decompresses a frame into the {@link workshop}; undefined if it is none, is damaged, needs a dictionary, or holds more
 * than `most` bytes.
 */
export function unpackZstd(frame: Uint8Array, most: number): Unpacked | undefined {
  const size = zstdSize(frame);
  const room = size ?? most;
  if (room > most) return undefined;
  const at = lined(workAt + frame.length + 64);
  const literals = lined(at + room + 64);
  const shop = workshop(literals - workAt + literalBytes + 64);
  const length = decompress
    ? byLibrary(decompress, frame, shop.u8.subarray(at, at + room))
    : byLoop(shop, frame, at, room, literals);
  return length >= 0 && (size ?? length) === length ? { shop, at, length } : undefined;
}

/** Bytes that the library makes of a frame; -1 if it cannot. */
function byLibrary(decompress: DecompressZstd, frame: Uint8Array, target: Uint8Array): number {
  try {
    return decompress(frame, target);
  } catch {
    return -1;
  }
}

/** Bytes that the loop in WebAssembly makes of a frame; -1 if it cannot. */
function byLoop(
  { u8, run }: Workshop,
  frame: Uint8Array,
  to: number,
  room: number,
  literals: number,
): number {
  u8.set(frame, workAt);
  const end = run.decompressZstd(workAt, workAt + frame.length, to, to + room, literals);
  return end === 0 ? -1 : end - to;
}

/** Bytes that a compressor works with. */
export const packZstdRoom = 196_736;

/** Bytes that a frame may take while it is made. */
export function packedZstdBound(length: number): number {
  return length + 16 + 256 * Math.ceil(length / 2 ** 16 + 1);
}

/**
 * Compresses `length` bytes at `at` of the {@link workshop} to a frame at `to`, where {@link packedZstdBound} bytes have
 * room; at `room` there are {@link packZstdRoom}. Gives where it ends.
 */
export function packZstd(
  { run }: Workshop,
  at: number,
  length: number,
  to: number,
  room: number,
): number {
  return run.compressZstd(at, at + length, to, room);
}

/** Compresses bytes to a frame. */
export function packedZstd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const room = lined(workAt + bytes.length + 64);
  const to = lined(room + packZstdRoom);
  const shop = workshop(to - workAt + packedZstdBound(bytes.length));
  shop.u8.set(bytes, workAt);
  return shop.u8.slice(to, packZstd(shop, workAt, bytes.length, to, room));
}
