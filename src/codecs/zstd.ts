/** Frames of Zstandard: read here, and written by libraries that are installed only by those who need them. */
import { DataError, MissingLibraryError } from '../errors.ts';
import { lined, type Unpacked, type Workshop, workAt, workshop } from './wasm.ts';

/** What libraries can do. */
interface Zstd {
  /** Decompresses a frame into `target`, faster than it is done here; gives how many bytes that were. */
  readonly decompress?: (frame: Uint8Array, target: Uint8Array) => number;
  readonly compress?: (bytes: Uint8Array, level: number) => Uint8Array;
}

/** How a library is loaded. */
type Load = () => Promise<Zstd>;

interface NativeModule {
  readonly Decompressor: new () => {
    decompress(frame: Uint8Array): Uint8Array;
    readonly dctx?: { decompress?(target: Uint8Array, frame: Uint8Array): number };
  };
  readonly compress: (bytes: Uint8Array, options: { compressionLevel: number }) => Uint8Array;
}

/** Libraries, the fastest first. */
const libraries: Readonly<Record<string, Load>> = {
  // Native code, where it could be built.
  'zstd-napi': async () => {
    const name = 'zstd-napi';
    const { Decompressor, compress } = (await import(name)) as NativeModule;
    const decompressor = new Decompressor();
    const { dctx } = decompressor;
    return {
      // Into memory that is there already: what is made anew for each frame takes a third of the time.
      decompress: (frame, target) =>
        dctx?.decompress?.(target, frame) ?? copied(decompressor.decompress(frame), target),
      compress: (bytes, compressionLevel) => compress(bytes, { compressionLevel }),
    };
  },
  '@bokuweb/zstd-wasm': async () => {
    const library = await import('@bokuweb/zstd-wasm');
    await library.init();
    // One context for all frames; without one, each call makes its own.
    const compressor = library.createCCtx();
    const noDictionary = new Uint8Array(0);
    return {
      compress: (bytes, level) => library.compressUsingDict(compressor, bytes, noDictionary, level),
    };
  },
};

function copied(bytes: Uint8Array, target: Uint8Array): number {
  if (bytes.length > target.length) throw new RangeError('the frame holds more');
  target.set(bytes);
  return bytes.length;
}

let found: Promise<Zstd> | undefined;
let loaded: Zstd | undefined;

/** Asks which libraries there are. What is missing is said when it is needed. */
export async function loadZstd(): Promise<void> {
  found ??= loadAll();
  loaded = await found;
}

async function loadAll(): Promise<Zstd> {
  let all: Zstd = {};
  for (const load of Object.values(libraries)) {
    try {
      all = { ...(await load()), ...all };
    } catch {
      // It is not installed, or does not run here.
    }
  }
  return all;
}

/**
 * Bytes that a frame says it holds; undefined if it does not say so, or is no frame (RFC 8878, section 3.1.1.1).
 */
export function zstdSize(frame: Uint8Array): number | undefined {
  if (frame.length < 14) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const descriptor = frame[4]!;
  const single = (descriptor & 32) !== 0;
  const at = 5 + (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  switch (descriptor >> 6) {
    case 0:
      return single ? frame[at] : undefined;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default: {
      const size = at + 8 <= frame.length ? view.getBigUint64(at, true) : 0n;
      return size < 2n ** 53n ? Number(size) : undefined;
    }
  }
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
  decompress: NonNullable<Zstd['decompress']>,
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
 */
export function packZstd(bytes: Uint8Array): Uint8Array {
  if (loaded === undefined) {
    throw new DataError('ZSTD is not ready: await codec.ready() before it is written');
  }
  if (loaded.compress === undefined)
    throw new MissingLibraryError('@bokuweb/zstd-wasm', 'it writes ZSTD');
  return loaded.compress(bytes, 1);
}
