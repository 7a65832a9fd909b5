/** Reads HDF5 files. */
import { DataError } from '../errors.ts';
import { headOf, headProblem, textProblem } from './hdf5-bytes.ts';
import { type Hdf5Library, hdf5Path, withHdf5 } from './hdf5-library.ts';
import type { Hdf5Group, Hdf5Item } from './hdf5-tree.ts';

/** Filters that the library has. Where one is missing, it gives wrong numbers and does not fail. */
const filters: Readonly<Record<number, string>> = { 1: 'gzip', 2: 'shuffle', 3: 'fletcher32' };
/** Groups in groups at most: a circle of links has no end. */
const deepest = 64;
/** Bytes that a byte of a file can stand for at most: gzip packs 1032 into one. */
const densest = 1100;
/** Bytes of a file that an item takes at least. */
const leastItem = 16;
/** Bytes that all items of a file may take together, unless it is larger: one piece of it may have many names. */
const leastRoom = 2 ** 26;
/** Bytes of memory that the library takes for itself. */
const ownRoom = 2 ** 26;
/** How often the bytes of a large file may be taken. */
const mostTimes = 32;
/** Classes of data, as HDF5 counts them; numpy writes booleans as names for whole numbers. */
const classes = { whole: 0, float: 1, text: 3, names: 8 };

type Metadata = ReturnType<Hdf5Library['get_dataset_metadata']>;

/** A file that is being read. */
interface OpenFile {
  readonly library: Hdf5Library;
  readonly id: bigint;
  /** Bytes of the file. */
  readonly length: number;
  /** Items that it may still name. */
  left: number;
  /** Bytes that they may still take. */
  room: number;
}

/**
 * Reads an HDF5 file.
 *
 * @throws DataError if it is none, is damaged, or needs a filter that is not there
 */
export async function readHdf5(given: Uint8Array): Promise<Hdf5Group> {
  const foreign = headProblem(given);
  if (foreign !== undefined) throw new DataError(`this is no HDF5 file: ${foreign}`);
  // Addresses count from the head.
  const bytes = given.subarray(headOf(given));
  const endless = textProblem(bytes);
  if (endless !== undefined) throw damaged(endless);
  const { length } = bytes;
  const room = Math.min(densest * length, Math.max(leastRoom, mostTimes * length));
  return withHdf5(
    (library) => {
      library.FS.writeFile(hdf5Path, bytes);
      const id = library.open(hdf5Path, library.H5F_ACC_RDONLY, false, -1, -1);
      if (id < 0n) throw damaged('it cannot be opened');
      try {
        const left = Math.ceil(length / leastItem);
        return groupAt({ library, id, length, left, room }, '', 0);
      } catch (cause) {
        throw cause instanceof DataError ? cause : damaged('a part of it cannot be read', cause);
      } finally {
        library.close_file(id);
      }
    },
    ownRoom + 2 * room,
  );
}

function damaged(how: string, cause?: unknown): DataError {
  return new DataError(`this HDF5 file is cut off or damaged: ${how}`, { cause });
}

function groupAt(file: OpenFile, path: string, depth: number): Hdf5Group {
  if (depth > deepest) throw damaged(`${path} lies more than ${deepest} groups deep`);
  const names = file.library.get_names(file.id, path === '' ? '/' : path, false);
  file.left -= names.length;
  if (file.left < 0) throw damaged('it names more items than it has room for');
  const items = names.map((name) => [name, itemAt(file, `${path}/${name}`, depth)] as const);
  return { kind: 'group', items: new Map(items) };
}

function itemAt(file: OpenFile, path: string, depth: number): Hdf5Item {
  const { library, id } = file;
  const type = library.get_type(id, path);
  if (type === library.H5G_GROUP) return groupAt(file, path, depth + 1);
  if (type !== library.H5G_DATASET) return { kind: 'other', what: 'a link or a named type' };
  for (const filter of library.get_dataset_filters(id, path)) {
    if (!Object.hasOwn(filters, filter.id)) {
      const known = Object.values(filters).join(', ');
      throw new DataError(
        `${path} is packed by filter ${filter.id} (${filter.name}); write the file with one of ${known}, or none`,
      );
    }
  }
  return datasetAt(file, path, library.get_dataset_metadata(id, path));
}

function datasetAt(file: OpenFile, path: string, metadata: Metadata): Hdf5Item {
  const { type, shape } = metadata;
  if (shape === null) return { kind: 'other', what: 'nothing' };
  if (type === classes.text) {
    return { kind: 'words', shape, values: readBytes(file, path, metadata, wordsIn) };
  }
  const read = numberReader(metadata);
  if (read === undefined) return { kind: 'other', what: 'neither numbers nor text' };
  const bytes = readBytes(file, path, metadata, (data) => data);
  const values = read(bytes.buffer);
  if (metadata.size === 8 && type === classes.whole && !values.every(Number.isSafeInteger)) {
    return { kind: 'other', what: 'whole numbers of more than 53 bits' };
  }
  return {
    kind: 'numbers',
    shape,
    values,
    whole: type === classes.whole || type === classes.names,
  };
}

/**
 * Reads the bytes of a dataset and makes what is wanted of them, before what they point to is freed. The
 * library's own way of reading takes what lies in memory for text where a read has failed.
 */
function readBytes<T>(
  file: OpenFile,
  path: string,
  metadata: Metadata,
  use: (data: Uint8Array<ArrayBuffer>, metadata: Metadata, library: Hdf5Library) => T,
): T {
  const { library, id, length } = file;
  const size = metadata.size * metadata.total_size;
  if (!(size <= densest * length)) throw damaged(`${path} claims ${size} bytes`);
  // Whole numbers take eight bytes each once they are read.
  file.room -= Math.max(size, 8 * metadata.total_size);
  if (file.room < 0) {
    throw damaged(`its items claim more bytes together than ${length} bytes of a file can hold`);
  }
  const at = library._malloc(Math.max(1, size));
  if (at === 0) throw damaged(`there is no memory for ${path}, ${size} bytes`);
  try {
    library.HEAPU8.fill(0, at, at + size);
    const status = library.get_dataset_data(id, path, null, null, null, BigInt(at));
    if (status < 0) throw damaged(`${path} cannot be read`);
    try {
      return use(library.HEAPU8.slice(at, at + size), metadata, library);
    } finally {
      if (metadata.vlen) library.reclaim_vlen_memory(id, path, '', BigInt(at));
    }
  } finally {
    library._free(at);
  }
}

/** Text of any length stands elsewhere in memory; text of one length stands here, padded with zeros. */
function wordsIn(
  data: Uint8Array<ArrayBuffer>,
  { vlen, size }: Metadata,
  library: Hdf5Library,
): string[] {
  if (vlen) {
    return Array.from(new Uint32Array(data.buffer), (at) =>
      at === 0 ? '' : library.UTF8ToString(at),
    );
  }
  const decoder = new TextDecoder();
  return Array.from({ length: data.length / size }, (_, i) => {
    const word = data.subarray(i * size, (i + 1) * size);
    const end = word.indexOf(0);
    return decoder.decode(end < 0 ? word : word.subarray(0, end));
  });
}

/** How to read numbers of a type; undefined if the type is no number that is known. */
function numberReader({
  type,
  size,
  signed,
}: Metadata): ((data: ArrayBuffer) => Float32Array | Float64Array) | undefined {
  if (type === classes.float && size === 2) {
    return (data) => Float32Array.from(new Uint16Array(data), fromHalf);
  }
  if (type === classes.float && size === 4) return (data) => new Float32Array(data);
  if (type === classes.float && size === 8) return (data) => new Float64Array(data);
  if (type !== classes.whole && type !== classes.names) return undefined;
  if (size === 1) return (data) => Float64Array.from(new (signed ? Int8Array : Uint8Array)(data));
  if (size === 2) return (data) => Float64Array.from(new (signed ? Int16Array : Uint16Array)(data));
  if (size === 4) return (data) => Float64Array.from(new (signed ? Int32Array : Uint32Array)(data));
  if (size !== 8) return undefined;
  return (data) => Float64Array.from(new (signed ? BigInt64Array : BigUint64Array)(data), Number);
}

/** The number that 16 bits stand for (binary16 of IEEE 754). */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction) * 2 ** (exponent - 15);
}
