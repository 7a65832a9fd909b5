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

/**
 * Runs `work` with the HDF5 library, and frees the file at {@link hdf5Path} afterwards. The library is
 * loaded when it is first needed. It prints all it has against a file; that is kept from the console.
 */
export async function withHdf5<T>(work: (library: Hdf5Library) => T): Promise<T> {
  const library = await load();
  const { FS } = library;
  const streams: unknown[] = 'streams' in FS && Array.isArray(FS.streams) ? FS.streams : [];
  const loud = streams[2];
  const silent = FS.open('/dev/null', 'w');
  streams[2] = silent;
  try {
    return work(library);
  } finally {
    streams[2] = loud;
    FS.close(silent);
    if (FS.analyzePath(hdf5Path).exists) FS.unlink(hdf5Path);
  }
}
