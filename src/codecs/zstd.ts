/** Frames of Zstandard: read here, and written by libraries that are installed only by those who need them. */
import { DataError, MissingLibraryError } from '../errors.ts';
import { lined, type Unpacked, type Workshop, workAt, workshop } from './wasm.ts';
import { type ZstdLibrary, zstdLibraries } from './zstd-library.ts';

let found: Promise<ZstdLibrary> | undefined;
let loaded: ZstdLibrary | undefined;

/** Asks which libraries there are. What is missing is said when it is needed. */
export async function loadZstd(): Promise<void> {
  found ??= zstdLibraries();
  loaded = await found;
}

/** What the head of a frame says (RFC 8878, section 3.1.1.1). */
interface FrameHead {
  /** Bytes that it holds; undefined if it does not say so. */
  readonly size: number | undefined;
  /** Where its blocks begin. */
  readonly blocksAt: number;
  readonly hasChecksum: boolean;
}

/** Reads the head of a frame; undefined if it is none. */
function frameHead(frame: Uint8Array): FrameHead | undefined {
  if (frame.length < 6) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const descriptor = frame[4]!;
  const single = (descriptor & 32) !== 0;
  const at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const blocksAt = at + sizeBytes;
  if (blocksAt > frame.length) return undefined;
  const hasChecksum = (descriptor & 4) !== 0;
  return { size: sizeAt(view, at, sizeBytes), blocksAt, hasChecksum };
}

function sizeAt(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 0) return undefined;
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  const size = view.getBigUint64(at, true);
  return size < 2n ** 53n ? Number(size) : undefined;
}

/** Bytes that a frame says it holds; undefined if it does not say so, or is no frame. */
export function zstdSize(frame: Uint8Array): number | undefined {
  return frameHead(frame)?.size;
}

/** Whether it is one whole frame, by its head and the heads of its blocks, and says that it holds `length` bytes. */
function isFrameOf(frame: Uint8Array, length: number): boolean {
  const head = frameHead(frame);
  if (head?.size !== length) return false;
  let at = head.blocksAt;
  for (let last = false; !last; ) {
    if (at + 3 > frame.length) return false;
    const block = frame[at]! | (frame[at + 1]! << 8) | (frame[at + 2]! << 16);
    last = (block & 1) === 1;
    const kind = (block >> 1) & 3;
    if (kind === 3) return false;
    at += 3 + (kind === 1 ? 1 : block >> 3);
  }
  return at + (head.hasChecksum ? 4 : 0) === frame.length;
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
  const length = loaded?.decompress
    ? byLibrary(loaded.decompress, frame, shop.u8.subarray(at, at + room))
    : byLoop(shop, frame, at, room, literals);
  return length >= 0 && (size ?? length) === length ? { shop, at, length } : undefined;
}

/** Bytes that a library makes of a frame; -1 if it cannot. */
function byLibrary(
  decompress: NonNullable<ZstdLibrary['decompress']>,
  frame: Uint8Array,
  target: Uint8Array,
): number {
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

/**
 * Compresses bytes to a frame.
 *
 * @throws MissingLibraryError if no library can
 * @throws DataError if {@link loadZstd} has not come to its end, or what the library gives is no frame of these bytes
 */
export function packZstd(bytes: Uint8Array): Uint8Array {
  if (loaded === undefined) {
    throw new DataError('ZSTD is not ready: await codec.ready() before it is written');
  }
  if (loaded.compress === undefined)
    throw new MissingLibraryError('@bokuweb/zstd-wasm', 'it writes ZSTD');
  const frame = loaded.compress(bytes, 1);
  if (isFrameOf(frame, bytes.length)) return frame;
  throw new DataError(
    'ZSTD: the library gives no frame of what it was given: it was started again, by init(), while it was in use',
  );
}
