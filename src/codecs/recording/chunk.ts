/** The chunks of a recording: their heads, checksums and places. */
import { xxhash32 } from '../xxhash32.ts';

/**
 * Version of the form of recordings. All numbers are little-endian; a chunk begins at a multiple of 8 bytes, and so
 * does its body, which zeros fill up to the next.
 *
 * | bytes | what |
 * |---|---|
 * | 0–3 | 89 53 50 52, `\x89SPR` |
 * | 4 | kind: 1 header, 2 data, 3 index, 4 end |
 * | 5 | version |
 * | 6–7 | stream, of data |
 * | 8–11 | bytes of the body, without the zeros after it |
 * | 12–15 | items, of data; chunks, of an index |
 * | 16–23 | data: time at which it begins, µs, float64; index: where the one before it stands, or -1; end: where the last index stands, or -1 |
 * | 24–31 | data: until when everything has been said, µs, float64 |
 * | 32–35 | XXH32 of the body |
 * | 36–39 | XXH32 of the 36 bytes before |
 */
export const recordingVersion = 1;

/** Bytes of the head of a chunk. */
export const headBytes = 40;

/** Largest body that is written or read, bytes. */
export const largestBody: number = 2 ** 25;

/** Largest body of MessagePack, bytes: what it unpacks to is many times as large. */
export const largestControl: number = 2 ** 20;

/** First bytes of every chunk, as a little-endian number. */
const magic = 0x52_50_53_89;

/** What is in a chunk, by number. */
export const chunkKinds = { header: 1, data: 2, index: 3, end: 4 } as const;

/** What stands in the head of a chunk. */
export interface ChunkHead {
  readonly kind: number;
  readonly stream: number;
  readonly length: number;
  readonly items: number;
  readonly from: number;
  readonly until: number;
  readonly checksum: number;
}

/** Where a chunk stands in a recording, and what is in it. */
export interface ChunkPlace {
  readonly kind: number;
  readonly stream: number;
  /** Byte at which it begins. */
  readonly offset: number;
  /** Bytes with head, body and zeros. */
  readonly bytes: number;
  readonly items: number;
  readonly from: number;
  readonly until: number;
}

/** The next multiple of 8. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/** Bytes of a whole chunk with a body of `length` bytes. */
export function chunkBytes(length: number): number {
  return headBytes + aligned(length);
}

/** Writes the head of a chunk whose body is in its place already. */
export function sealChunk(
  chunk: Uint8Array<ArrayBuffer>,
  { kind, stream, length, items, from, until }: Omit<ChunkHead, 'checksum'>,
): void {
  const view = new DataView(chunk.buffer, chunk.byteOffset, headBytes);
  view.setUint32(0, magic, true);
  view.setUint8(4, kind);
  view.setUint8(5, recordingVersion);
  view.setUint16(6, stream, true);
  view.setUint32(8, length, true);
  view.setUint32(12, items, true);
  view.setFloat64(16, from, true);
  view.setFloat64(24, until, true);
  view.setUint32(32, xxhash32(chunk.subarray(headBytes, headBytes + length)), true);
  view.setUint32(36, xxhash32(chunk.subarray(0, 36)), true);
}

/** Makes a chunk of a body. */
export function makeChunk(
  body: Uint8Array,
  kind: number,
  rest: Partial<Pick<ChunkHead, 'stream' | 'items' | 'from' | 'until'>> = {},
): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(chunkBytes(body.length));
  chunk.set(body, headBytes);
  const head = { stream: 0, items: 0, from: 0, until: 0, ...rest };
  sealChunk(chunk, { kind, length: body.length, ...head });
  return chunk;
}

/**
 * Reads the head of a chunk at `at`, where its bytes must be there; undefined if there is none that is sound and of
 * a version that is known.
 */
export function chunkHead(bytes: Uint8Array, at = 0): ChunkHead | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, headBytes);
  if (view.getUint32(0, true) !== magic) return undefined;
  if (view.getUint32(36, true) !== xxhash32(bytes.subarray(at, at + 36))) return undefined;
  const length = view.getUint32(8, true);
  if (view.getUint8(5) !== recordingVersion || length > largestBody) return undefined;
  return {
    kind: view.getUint8(4),
    stream: view.getUint16(6, true),
    length,
    items: view.getUint32(12, true),
    from: view.getFloat64(16, true),
    until: view.getFloat64(24, true),
    checksum: view.getUint32(32, true),
  };
}

/** Whether bytes begin as a recording does: with the head of a header. */
export function opensRecording(bytes: Uint8Array): boolean {
  return [0x89, 0x53, 0x50, 0x52, chunkKinds.header].every((byte, i) => bytes[i] === byte);
}

/** The version that the first chunk claims. */
export function claimedVersion(bytes: Uint8Array): number {
  return bytes[5]!;
}

/** The place of a chunk whose head stands at `offset`. */
export function chunkPlace(
  { kind, stream, length, items, from, until }: ChunkHead,
  offset: number,
): ChunkPlace {
  return { kind, stream, offset, bytes: chunkBytes(length), items, from, until };
}

/** Bytes of an entry of an index. */
const entryBytes = 40;

/** Chunks that an index holds at most; longer recordings have several. */
export const largestIndex = 4096;

/** Writes the index of chunks; `before` is where the index before it stands, or -1. */
export function indexChunk(places: readonly ChunkPlace[], before: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(entryBytes * places.length);
  const view = new DataView(body.buffer);
  places.forEach(({ kind, stream, offset, bytes, items, from, until }, i) => {
    const at = i * entryBytes;
    view.setFloat64(at, offset, true);
    view.setFloat64(at + 8, from, true);
    view.setFloat64(at + 16, until, true);
    view.setUint32(at + 24, bytes, true);
    view.setUint32(at + 28, items, true);
    view.setUint16(at + 32, stream, true);
    view.setUint8(at + 34, kind);
  });
  return makeChunk(body, chunkKinds.index, { items: places.length, from: before });
}

/**
 * Reads the index of chunks from the body of its chunk, which stands at `end`; undefined if it names places that
 * cannot be.
 */
export function readIndex(body: Uint8Array, end: number): ChunkPlace[] | undefined {
  if (body.length % entryBytes !== 0) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const places: ChunkPlace[] = [];
  let last = 0;
  for (let at = 0; at < body.length; at += entryBytes) {
    const place = {
      kind: view.getUint8(at + 34),
      stream: view.getUint16(at + 32, true),
      offset: view.getFloat64(at, true),
      bytes: view.getUint32(at + 24, true),
      items: view.getUint32(at + 28, true),
      from: view.getFloat64(at + 8, true),
      until: view.getFloat64(at + 16, true),
    };
    const { offset, bytes } = place;
    const sound =
      Number.isSafeInteger(offset) &&
      offset % 8 === 0 &&
      offset >= last &&
      bytes >= headBytes &&
      bytes <= chunkBytes(largestBody) &&
      offset + bytes <= end;
    if (!sound) return undefined;
    last = offset + bytes;
    places.push(place);
  }
  return places;
}
