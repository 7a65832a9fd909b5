/** The central directory of a zip file (PKWARE, APPNOTE 6.3), and its entries stored or deflated. */
import { inflateSync } from 'fflate';
import { DataError } from '../../errors.ts';
import { shown } from '../../problems.ts';

/** A file in a zip file. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local header stands. */
  readonly at: number;
}

const endBytes = 22;
const entryBytes = 46;
const localBytes = 30;
/** Entries at most. */
const mostEntries = 4096;
/** Bytes that all entries may unpack to, at least, and for each byte of the zip file. */
const allowance = { bytes: 2 ** 25, ratio: 20 } as const;

function refuse(why: string): never {
  throw new DataError(`this zip file cannot be read: ${why}`);
}

/** Lists the entries of a zip file. */
export function zipEntries(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - endBytes;
  const first = Math.max(0, end - 65_535);
  while (end >= first && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < first) refuse('its directory is missing; it may be cut off');
  const count = view.getUint16(end + 10, true);
  if (count > mostEntries) refuse(`it has ${count} entries; ${mostEntries} are read at most`);
  let at = view.getUint32(end + 16, true);
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + entryBytes > end || view.getUint32(at, true) !== 0x02014b50) {
      refuse(`entry ${i} of its directory, at byte ${at}, is none`);
    }
    const nameBytes = view.getUint16(at + 28, true);
    const rest = nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (at + entryBytes + rest > end) refuse(`entry ${i} of its directory is cut off`);
    if ((view.getUint16(at + 8, true) & 1) !== 0) refuse('it is encrypted');
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + entryBytes, at + entryBytes + nameBytes)),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    });
    at += entryBytes + rest;
  }
  return entries;
}

/** Unpacks entries of a zip file, no more than is sound for its size. */
export class Unzip {
  readonly #bytes: Uint8Array;
  #allowed: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#allowed = Math.max(allowance.bytes, allowance.ratio * bytes.length);
  }

  /** The bytes of an entry as they are packed, where they are. */
  #packed({ name, at, packed }: ZipEntry): Uint8Array {
    const bytes = this.#bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (at + localBytes > bytes.length || view.getUint32(at, true) !== 0x04034b50) {
      refuse(`${shown(name)} is not at byte ${at}, where the directory has it`);
    }
    // Sizes are those of the directory: NumPy's local headers leave them out.
    const begin = at + localBytes + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    if (begin + packed > bytes.length) refuse(`${shown(name)} is cut off`);
    return bytes.subarray(begin, begin + packed);
  }

  /** Unpacks an entry, or only its first bytes. */
  unpack(entry: ZipEntry, most: number = entry.size): Uint8Array {
    const { name, method, size } = entry;
    const packed = this.#packed(entry);
    const wanted = Math.min(size, most);
    if (method === 0) return packed.subarray(0, wanted);
    if (method !== 8) refuse(`${shown(name)} is packed in a way (${method}) that is not known`);
    this.#allowed -= wanted;
    if (this.#allowed < 0 || size > 1032 * packed.length + 1032) {
      refuse(`${shown(name)} unpacks to ${size} bytes, far more than such a file should hold`);
    }
    try {
      const out = inflateSync(packed, { out: new Uint8Array(wanted) });
      if (out.length >= wanted) return out;
    } catch (cause) {
      throw new DataError(`this zip file cannot be read: ${shown(name)} is damaged`, { cause });
    }
    return refuse(`${shown(name)} is damaged`);
  }
}
