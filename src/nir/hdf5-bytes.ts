/** Finds damage in the bytes of HDF5 files that the library would not survive. */
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** `GCOL` and its version, with which every global heap opens. */
const heapStart = [0x47, 0x43, 0x4f, 0x4c, 1];
/** Bytes before the objects of a global heap, and before the bytes of each object. */
const header = 16;

function opens(bytes: Uint8Array, start: readonly number[], at = 0): boolean {
  return start.every((byte, i) => bytes[at + i] === byte);
}

/** Where the head of a file may stand: at 0, or after a block of the user's own, whose length is a power of two. */
export function headOf(bytes: Uint8Array): number | undefined {
  if (opens(bytes, signature)) return 0;
  for (let at = 512; at < bytes.length; at *= 2) if (opens(bytes, signature, at)) return at;
  return undefined;
}

/** Says why bytes are no HDF5 file that can be read here, if so. */
export function headProblem(bytes: Uint8Array): string | undefined {
  const at = headOf(bytes);
  if (at === undefined) return 'it does not open as HDF5 files do';
  // The size of lengths stands where the version of the file's head says.
  const lengths = bytes[at + (bytes[at + 8]! < 2 ? 14 : 10)];
  return lengths === 8 ? undefined : `its lengths have ${lengths} bytes; 8 are needed`;
}

/**
 * Says where the text in an HDF5 file is damaged, if it is. The library refuses most of what is damaged, but
 * text (in global heaps) whose sizes are wrong can keep it going for ever, so all sizes are checked here
 * (HDF5 File Format Specification 3.0, III.E).
 */
export function textProblem(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = bytes.indexOf(heapStart[0]!); at >= 0; ) {
    const end = opens(bytes, heapStart, at) ? heapEnd(view, at) : at + 1;
    if (end === undefined) return `the text at byte ${at} has no end`;
    at = bytes.indexOf(heapStart[0]!, end);
  }
  return undefined;
}

/** Where the global heap at `at` ends, if its objects fill it as they should. */
function heapEnd(view: DataView, at: number): number | undefined {
  if (at + header > view.byteLength) return undefined;
  const end = at + Number(view.getBigUint64(at + 8, true));
  if (end > view.byteLength || end < at + header) return undefined;
  for (let object = at + header; object + header <= end; ) {
    const size = Number(view.getBigUint64(object + 8, true));
    // Object 0 is the room that is left, its header included; others are padded to 8 bytes.
    const room = view.getUint16(object, true) === 0 ? size : header + Math.ceil(size / 8) * 8;
    if (room < header || room > end - object) return undefined;
    object += room;
  }
  return end;
}
