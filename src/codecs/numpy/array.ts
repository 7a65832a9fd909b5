/** The header of a NumPy array: what its bytes are. */
import { DataError } from '../../errors.ts';
import { shown } from '../../problems.ts';
import { type Literal, readLiteral } from './literal.ts';

/** Reads a number that stands somewhere in bytes. */
export type ReadNumber = (view: DataView, at: number) => number;

/** A number of each entry of an array. */
export interface NpyField {
  /** Its name; empty if the entries are single numbers. */
  readonly name: string;
  /** Where it stands in an entry. */
  readonly offset: number;
  readonly bytes: number;
  readonly read: ReadNumber;
  /** Reads a thousandth of it, rounded down: of whole numbers that are longer than a float holds. */
  readonly readThousandth: ReadNumber | undefined;
  /** Microseconds of one, if it is a time of NumPy's own. */
  readonly micros: number | undefined;
}

/** An array. */
export interface NpyArray {
  readonly fields: readonly NpyField[];
  /** Whether its entries are records, with names. */
  readonly isRecord: boolean;
  readonly itemBytes: number;
  readonly shape: readonly number[];
  /** Number of entries. */
  readonly count: number;
  /** Whether the first index is the one that moves fastest. */
  readonly fortran: boolean;
  /** Where its entries begin, in its file. */
  readonly dataAt: number;
}

/** First bytes of a file. */
export const npyMagic: Uint8Array = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** Largest header, bytes. */
const largestHeader = 2 ** 16;
/** Dimensions at most: what has more is no list of events. */
const mostDimensions = 8;

const names: Readonly<Record<number, string>> = { 1: 'Int8', 2: 'Int16', 4: 'Int32' };

/** The number that 16 bits of a float stand for. */
function half(bits: number): number {
  const sign = bits >>> 15 === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** How a thousandth of whole numbers of 64 bits is read; undefined for all others, which floats hold. */
function thousandthOf(kind: string, bytes: number, little: boolean): ReadNumber | undefined {
  if (bytes !== 8 || !/[uiMm]/.test(kind)) return undefined;
  return (view, at) => {
    const [high, low] = little ? [at + 4, at] : [at, at + 4];
    const upper = kind === 'u' ? view.getUint32(high, little) : view.getInt32(high, little);
    // 2^32 is 4294967 thousands and 296.
    return upper * 4_294_967 + Math.floor((upper * 296 + view.getUint32(low, little)) / 1000);
  };
}

/** How a type of NumPy is read; undefined if it is no number. */
function readerOf(kind: string, bytes: number, little: boolean): ReadNumber | undefined {
  switch (`${kind}${bytes}`) {
    case 'b1':
      return (view, at) => (view.getUint8(at) === 0 ? 0 : 1);
    case 'f2':
      return (view, at) => half(view.getUint16(at, little));
    case 'f4':
      return (view, at) => view.getFloat32(at, little);
    case 'f8':
      return (view, at) => view.getFloat64(at, little);
    case 'u1':
      return (view, at) => view.getUint8(at);
    case 'u2':
      return (view, at) => view.getUint16(at, little);
    case 'u4':
      return (view, at) => view.getUint32(at, little);
    case 'u8':
      return little
        ? (view, at) => view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
        : (view, at) => view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
    case 'i8':
    case 'M8':
    case 'm8':
      return little
        ? (view, at) => view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
        : (view, at) => view.getInt32(at) * 2 ** 32 + view.getUint32(at + 4);
    default: {
      if (kind !== 'i' || names[bytes] === undefined) return undefined;
      const get = `get${names[bytes]}` as 'getInt8' | 'getInt16' | 'getInt32';
      return (view, at) => view[get](at, little);
    }
  }
}

/** Microseconds of the units of NumPy's times. */
const timeUnits: Readonly<Record<string, number>> = { ns: 1e-3, us: 1, ms: 1e3, s: 1e6 };

/** One number as its type says, or bytes of nothing. */
function fieldOf(name: string, type: string, offset: number): NpyField | 'nothing' {
  const [, order = '', kind = '', size = '', unit] =
    /^([<>|=]?)([a-zA-Z])(\d{1,6})(?:\[1?(\w+)\])?$/.exec(type) ?? [];
  const bytes = Number(size);
  if (kind === 'V' && bytes > 0) return 'nothing';
  if (kind === 'O' || type.includes('O')) {
    throw new DataError(
      `this NumPy array holds objects of Python (${shown(type)}), which are not read`,
    );
  }
  const read = readerOf(kind, bytes, order !== '>');
  const micros = unit === undefined ? undefined : timeUnits[unit];
  if (read === undefined || (unit !== undefined && micros === undefined)) {
    throw new DataError(
      `this NumPy array has entries of ${shown(type)}, which are no numbers that are known`,
    );
  }
  const readThousandth = thousandthOf(kind, bytes, order !== '>');
  return { name, offset, bytes, read, readThousandth, micros };
}

function sizeOf(type: string): number {
  return Number(/(\d+)(?:\[\w+\])?$/.exec(type)?.[1] ?? 0);
}

/** The fields of records. */
function recordFields(list: readonly Literal[]): { fields: NpyField[]; itemBytes: number } {
  const fields: NpyField[] = [];
  let itemBytes = 0;
  for (const entry of list) {
    const [given, type, ...more] = Array.isArray(entry) ? (entry as readonly Literal[]) : [];
    // A name may have a title before it.
    const name = Array.isArray(given) ? (given as readonly Literal[]).at(-1) : given;
    if (typeof name !== 'string' || typeof type !== 'string' || more.length > 0) {
      throw new DataError(`this NumPy array has a field of ${shown(entry)}, which is no number`);
    }
    const field = fieldOf(name, type, itemBytes);
    if (field !== 'nothing') fields.push(field);
    itemBytes += sizeOf(type);
  }
  return { fields, itemBytes };
}

function isObject(value: Literal | undefined): value is { readonly [key: string]: Literal } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the header of an array; undefined if the bytes end before it does.
 *
 * @throws DataError if it is none, or of something that cannot be read
 */
export function npyHeader(bytes: Uint8Array): NpyArray | undefined {
  const some = Math.min(bytes.length, npyMagic.length);
  if (npyMagic.subarray(0, some).some((byte, i) => bytes[i] !== byte)) {
    throw new DataError('this is no NumPy array: byte 0 does not begin as one');
  }
  if (bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const major = bytes[6]!;
  if (major < 1 || major > 3)
    throw new DataError(`this NumPy array is of version ${major}, not 1 to 3`);
  const at = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > largestHeader)
    throw new DataError(`the header of this NumPy array claims ${length} bytes`);
  if (bytes.length < at + length) return undefined;
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(
    bytes.subarray(at, at + length),
  );
  const said = readLiteral(text);
  const { descr, fortran_order: fortran, shape } = isObject(said) ? said : {};
  if (descr === undefined || typeof fortran !== 'boolean' || !Array.isArray(shape)) {
    throw new DataError(`the header of this NumPy array, at byte ${at}, cannot be read`);
  }
  const sides = shape as readonly Literal[];
  const count = sides.reduce<number>((product, side) => product * Number(side), 1);
  const sound =
    sides.length <= mostDimensions &&
    sides.every((side) => Number.isSafeInteger(side) && Number(side) >= 0) &&
    Number.isSafeInteger(count);
  if (!sound) throw new DataError(`this NumPy array cannot have the shape ${shown(shape)}`);
  const isRecord = Array.isArray(descr);
  const { fields, itemBytes } = isRecord
    ? recordFields(descr as readonly Literal[])
    : single(descr as Literal);
  if (itemBytes < 1 || itemBytes > 4096) {
    throw new DataError(`this NumPy array has entries of ${itemBytes} bytes`);
  }
  const dataAt = at + length;
  return { fields, isRecord, itemBytes, shape: sides as readonly number[], count, fortran, dataAt };
}

function single(descr: Literal): { fields: NpyField[]; itemBytes: number } {
  const field = typeof descr === 'string' ? fieldOf('', descr, 0) : 'nothing';
  if (field === 'nothing') {
    throw new DataError(`this NumPy array has entries of ${shown(descr)}, which are no numbers`);
  }
  return { fields: [field], itemBytes: field.bytes };
}
