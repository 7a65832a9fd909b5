/** Room in which encoders write words, used again for every packet. */

/** Grows as it is asked to. */
export interface WordBuffer<Words> {
  /** The room with space for so many words at least; what is written in it stays. */
  words(count: number): Words;
  /** A copy of the first bytes. */
  copy(bytes: number): Uint8Array;
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
    copy: (length) => new Uint8Array(bytes.subarray(0, length)),
  };
}
