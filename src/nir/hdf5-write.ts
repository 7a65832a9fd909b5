/** Writes HDF5 files. */
import type { Group } from 'h5wasm';
import { hdf5Path, withHdf5 } from './hdf5-library.ts';
import type { Hdf5Group, Hdf5Numbers, Hdf5Words } from './hdf5-tree.ts';

/** Level of gzip, of 9; 4 is what h5py takes where it is told nothing. */
const compression = 4;

/** The layouts of HDF5 that are used: the oldest that will do, as by h5py, so that anybody can read it. */
const libver: ['earliest', 'latest'] = ['earliest', 'latest'];

/** Writes an HDF5 file; arrays of numbers are packed by gzip. */
export async function writeHdf5(root: Hdf5Group): Promise<Uint8Array> {
  const { File } = await import('h5wasm');
  return withHdf5(({ FS }) => {
    const file = new File(hdf5Path, 'w', { libver });
    try {
      writeGroup(file, root);
    } finally {
      file.close();
    }
    return FS.readFile(hdf5Path);
  });
}

function writeGroup(to: Group, { items }: Hdf5Group): void {
  for (const [name, item] of items) {
    if (item.kind === 'group') writeGroup(to.create_group(name), item);
    else if (item.kind === 'words') writeWords(to, name, item);
    else if (item.kind === 'numbers') writeNumbers(to, name, item);
  }
}

function writeWords(to: Group, name: string, { shape, values }: Hdf5Words): void {
  to.create_dataset({ name, data: [...values], shape: [...shape], dtype: 'S' });
}

function writeNumbers(to: Group, name: string, { shape, values, whole }: Hdf5Numbers): void {
  const data = whole ? BigInt64Array.from(values, BigInt) : values;
  const dimensions = [...shape];
  // A single number, and an array without any, has nothing to pack.
  const packed = shape.length > 0 && values.length > 0;
  to.create_dataset({
    name,
    data,
    shape: dimensions,
    ...(packed ? { chunks: dimensions, compression } : {}),
  });
}
