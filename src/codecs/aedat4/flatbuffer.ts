/**
 * The few FlatBuffers of AEDAT4. Two layouts that never change are written, and what is read of others are four offsets
 * and a vector: less than the library of FlatBuffers would need to be called, and it would copy every event.
 */

/** Whether `bytes` bytes at a place lie between two others. */
function lies(place: number, bytes: number, at: number, end: number): boolean {
  return place >= at && place + bytes <= end;
}

/**
 * Finds the root table of a buffer whose offsets count from `at`, in the bytes before `end`; -1 if there is none. Bytes
 * may be anything: every place is looked at before it is read.
 */
export function rootTable(view: DataView, at: number, end: number): number {
  if (!lies(at, 8, at, end)) return -1;
  const table = at + view.getUint32(at, true);
  if (!lies(table, 4, at, end)) return -1;
  const fields = table - view.getInt32(table, true);
  if (!lies(fields, 4, at, end)) return -1;
  return lies(fields, view.getUint16(fields, true), at, end) ? table : -1;
}

/** Where a field of `bytes` bytes of a table stands; -1 if it is left out, or not in the bytes before `end`. */
export function fieldOf(
  view: DataView,
  table: number,
  index: number,
  bytes: number,
  end: number,
): number {
  const fields = table - view.getInt32(table, true);
  const entry = 4 + 2 * index;
  if (entry + 2 > view.getUint16(fields, true)) return -1;
  const offset = view.getUint16(fields + entry, true);
  return offset !== 0 && table + offset + bytes <= end ? table + offset : -1;
}

/** Follows the offset in a field; -1 if it is left out or leads out of the bytes before `end`. */
export function followField(view: DataView, table: number, index: number, end: number): number {
  const place = fieldOf(view, table, index, 4, end);
  if (place < 0) return -1;
  const target = place + view.getUint32(place, true);
  return target + 4 <= end ? target : -1;
}

/** The name of the type of a buffer whose offsets count from `at`. */
export function bufferName(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at + 4, at + 8));
}

/** Where the vector of a packet begins, and how many entries it has; undefined if the packet is none. */
export function packetVector(
  view: DataView,
  at: number,
  end: number,
  entryBytes: number,
): { readonly at: number; readonly count: number } | undefined {
  // The size stands before the buffer.
  const table = rootTable(view, at + 4, end);
  if (table < 0) return undefined;
  const vector = followField(view, table, 0, end);
  if (vector < 0) return { at, count: 0 };
  const count = view.getUint32(vector, true);
  return vector + 4 + count * entryBytes <= end ? { at: vector + 4, count } : undefined;
}

/** Bytes before the records of a packet of events. */
export const eventsHead = 32;

/** Writes what stands before the records of a packet of `count` events, which begin 32 bytes after `at`. */
export function writeEventsHead(view: DataView, at: number, count: number): void {
  view.setUint32(at, eventsHead - 4 + 16 * count, true);
  view.setUint32(at + 4, 16, true); // root
  [0x45, 0x56, 0x54, 0x53].forEach((byte, i) => {
    view.setUint8(at + 8 + i, byte); // EVTS
  });
  view.setUint16(at + 12, 6, true); // fields: their bytes,
  view.setUint16(at + 14, 8, true); // bytes of the table,
  view.setUint16(at + 16, 4, true); // the vector
  view.setUint16(at + 18, 0, true);
  view.setInt32(at + 20, 8, true); // the table: back to its fields,
  view.setUint32(at + 24, 4, true); // on to the vector
  view.setUint32(at + 28, count, true);
}

/** Writes the header of a file, with its size before it. */
export function ioHeader(compression: number, info: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(info);
  const length = Math.ceil((44 + 4 + text.length + 1) / 8) * 8;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length - 4, true);
  view.setUint32(4, 20, true); // root, at 24
  bytes.set([0x49, 0x4f, 0x48, 0x45], 8); // IOHE
  view.setUint16(12, 10, true);
  view.setUint16(14, 20, true);
  view.setUint16(16, 4, true);
  view.setUint16(18, 8, true);
  view.setUint16(20, 16, true);
  view.setInt32(24, 12, true);
  view.setInt32(28, compression, true);
  view.setBigInt64(32, -1n, true); // no data table
  view.setUint32(40, 4, true);
  view.setUint32(44, text.length, true);
  bytes.set(text, 48);
  return bytes;
}
