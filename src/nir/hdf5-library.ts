/** Loads the HDF5 library when it is first needed, and keeps its memory clean. */
import { MissingLibraryError } from '../errors.ts';

/** The HDF5 library. It keeps its files in a memory of its own. */
export type Hdf5Library = Awaited<typeof import('h5wasm')['ready']>;

/** The one file that stands in the library's memory, while it is read or written. */
export const hdf5Path = '/spikeline.nir';

/**
 * Loads the library, which is not installed with this package: it is larger than all the rest.
 *
 * @throws MissingLibraryError if it is not installed
 */
async function load(): Promise<Hdf5Library> {
  let found: typeof import('h5wasm');
  try {
    found = await import('h5wasm');
  } catch (cause) {
    throw new MissingLibraryError('h5wasm', 'NIR files are HDF5, which it reads and writes', {
      cause,
    });
  }
  return found.ready;
}

const pageBytes = 65_536;

/** A memory of WebAssembly, of which the language library knows nothing without a browser's. */
interface GrowingMemory {
  readonly buffer: ArrayBuffer;
  grow(this: GrowingMemory, pages: number): number;
}

declare const WebAssembly: { readonly Memory: { readonly prototype: GrowingMemory } };

/**
 * Keeps memories from growing beyond `maxBytes` bytes while `work` runs, which does so at once: the library makes room for
 * whatever a damaged file claims, and gives none of it back. It takes a refusal for want of memory.
 */
function withCeiling<T>(maxBytes: number, work: () => T): T {
  const { prototype } = WebAssembly.Memory;
  const own = prototype.grow;
  prototype.grow = function grow(this: GrowingMemory, pages: number): number {
    if (this.buffer.byteLength + pages * pageBytes > maxBytes)
      throw new RangeError('no more memory');
    return own.call(this, pages);
  };
  try {
    return work();
  } finally {
    prototype.grow = own;
  }
}

/**
 * Runs `work` with the HDF5 library, whose memory may grow to `maxBytes` bytes, and frees the file at {@link hdf5Path}
 * afterwards. The library is loaded when it is first needed. It prints all it has against a file; that is kept from the console.
 */
export async function withHdf5<T>(
  work: (library: Hdf5Library) => T,
  maxBytes: number = Number.POSITIVE_INFINITY,
): Promise<T> {
  const library = await load();
  const { FS } = library;
  const streams: unknown[] = 'streams' in FS && Array.isArray(FS.streams) ? FS.streams : [];
  const loud = streams[2];
  const silent = FS.open('/dev/null', 'w');
  streams[2] = silent;
  try {
    return withCeiling(maxBytes, () => work(library));
  } finally {
    streams[2] = loud;
    FS.close(silent);
    if (FS.analyzePath(hdf5Path).exists) FS.unlink(hdf5Path);
  }
}
