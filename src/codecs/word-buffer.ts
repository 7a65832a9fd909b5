/** Room in which encoders write words, used again for every packet. */
import { areNumbers } from '../options.ts';

/** Grows as it is asked to. */
export interface WordBuffer<Words> {
  /** The room with space for so many words at least; what is written in it stays. */
  words(count: number): Words;
  /** A copy of the first bytes. */
  copy(bytes: number): Uint8Array;
}

/** Rooms of bytes that were given back, and those that may be, each once. */
const spare: Uint8Array<ArrayBuffer>[] = [];
const maxSpare = 4;
/** Smaller ones are made as quickly as they are found. */
const minBytes = 2 ** 15;
const handedOut = new WeakSet<Uint8Array>();

/** Copies bytes, into a room that was given back if there is one. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const used = bytes.length < minBytes ? undefined : spare.pop();
  const fits = used !== undefined && used.length >= bytes.length;
  const copy = fits ? used.subarray(0, bytes.length) : new Uint8Array(bytes);
  if (fits) copy.set(bytes);
  if (bytes.length >= minBytes) handedOut.add(copy);
  return copy;
}

/**
 * Gives bytes of an encoder back, whose room then takes later ones: for programs that have written them before they go on.
 * Nobody may look at them afterwards. Other bytes, and those that have been given back, are left alone.
 *
 * @example
 * ```ts
 * const bytes = codecNamed('es').encoder!().push(aerPacket([10, 20], [0, 1], pixels(2, 2)));
 * recycleBytes(bytes);
 * ```
 */
export function recycleBytes(bytes: Uint8Array): void {
  if (!areNumbers(bytes, Uint8Array) || !handedOut.delete(bytes)) return;
  if (spare.length < maxSpare) spare.push(new Uint8Array(bytes.buffer as ArrayBuffer));
}

/** Makes room for words of a kind. */
export function wordBuffer<Words>(
  wordBytes: number,
  view: (buffer: ArrayBuffer) => Words,
): WordBuffer<Words> {
  let bytes = new Uint8Array(0);
  let words = view(bytes.buffer);
  return {
    words(count) {
      if (count * wordBytes > bytes.length) {
        const larger = new Uint8Array(Math.max(count * wordBytes, 2 * bytes.length));
        larger.set(bytes);
        bytes = larger;
        words = view(larger.buffer);
      }
      return words;
    },
    copy: (length) => copyOf(bytes.subarray(0, length)),
  };
}
