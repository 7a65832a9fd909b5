/** Anything whose numbers a digest can run over. */
export type Digestible = string | Float64Array | Uint32Array;

/**
 * Digests values into eight hexadecimal digits, to tell whether two things are the same: FNV-1a over their words of 32
 * bits, of which every fourth goes into the same of four hashes. No protection against intent.
 */
export function digest(...parts: readonly Digestible[]): string {
  const lanes = new Int32Array(4).fill(basis);
  for (const part of parts) mix(lanes, wordsOf(part));
  const hash = lanes.reduce((sum, lane) => Math.imul(sum ^ lane ^ (lane >>> 16), prime), basis);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
}

const basis = 0x811c9dc5 | 0;
const prime = 0x01000193;

/** Goes on with words: every fourth belongs to the same lane, and their number to the first. */
function mix(lanes: Int32Array, words: Int32Array): void {
  let a = lanes[0]!;
  let b = lanes[1]!;
  let c = lanes[2]!;
  let d = lanes[3]!;
  const whole = words.length - (words.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a = Math.imul(a ^ words[i]!, prime);
    b = Math.imul(b ^ words[i + 1]!, prime);
    c = Math.imul(c ^ words[i + 2]!, prime);
    d = Math.imul(d ^ words[i + 3]!, prime);
  }
  for (let i = whole; i < words.length; i++) a = Math.imul(a ^ words[i]!, prime);
  a = Math.imul(a ^ words.length, prime);
  // The lower bits of a product know nothing of the upper ones.
  lanes.set([a ^ (a >>> 15), b ^ (b >>> 15), c ^ (c >>> 15), d ^ (d >>> 15)]);
}

/** The words that a part is made of. */
function wordsOf(part: Digestible): Int32Array {
  if (typeof part === 'string') return Int32Array.from(new TextEncoder().encode(part));
  return new Int32Array(part.buffer, part.byteOffset, part.byteLength / 4);
}
