/** Frames of Zstandard, by libraries that are installed only by those who need them. */
import { DataError, MissingLibraryError } from '../errors.ts';
import { type Unpacked, workAt, workshop } from './wasm.ts';

/** A library that can do one half or both. */
interface Zstd {
  /** Decompresses a frame into `target`; gives how many bytes that were. */
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
    const [compressor, decompressor] = [library.createCCtx(), library.createDCtx()];
    const noDictionary = new Uint8Array(0);
    return {
      compress: (bytes, level) => library.compressUsingDict(compressor, bytes, noDictionary, level),
      decompress(frame, target) {
        const room = { defaultHeapSize: target.length };
        return copied(library.decompressUsingDict(decompressor, frame, noDictionary, room), target);
      },
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

/**
 * Decompresses a frame into the {@link workshop}; undefined if it is none, is damaged, or holds more than `most` bytes.
 *
 * @throws MissingLibraryError if no library can
 */
export function unpackZstd(frame: Uint8Array, most: number): Unpacked | undefined {
  const decompress = loaded?.decompress ?? refuse('@bokuweb/zstd-wasm', 'it reads ZSTD');
  const size = zstdSize(frame);
  const room = size ?? most;
  if (room > most) return undefined;
  const shop = workshop(room);
  try {
    const length = decompress(frame, shop.u8.subarray(workAt, workAt + room));
    return size === undefined || length === size ? { shop, at: workAt, length } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Compresses bytes to a frame.
 *
 * @throws MissingLibraryError if no library can
 */
export function packZstd(bytes: Uint8Array): Uint8Array {
  const compress = loaded?.compress ?? refuse('@bokuweb/zstd-wasm', 'it writes ZSTD');
  return compress(bytes, 1);
}

function refuse(library: string, purpose: string): never {
  if (loaded === undefined) {
    throw new DataError('ZSTD is not ready: await codec.ready() before it is read or written');
  }
  throw new MissingLibraryError(library, purpose);
}
