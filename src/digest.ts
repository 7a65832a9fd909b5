/** Anything whose numbers a digest can run over. */
export type Digestible = string | Float64Array | Uint32Array;

/**
 * Digests values into eight hexadecimal digits, to tell whether two things are the same: FNV-1a over their words of 32
 * bits, of which every fourth goes into the same of four hashes. No protection against intent.
 */
export function digest(...parts: readonly Digestible[]): string {
  const basis = 0x811c9dc5;
  let [a, b, c, d] = [basis, basis, basis, basis];
  const prime = 0x01000193;
  for (const part of parts) {
    const words = wordsOf(part);
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
    [a, b, c, d] = [a ^ (a >>> 15), b ^ (b >>> 15), c ^ (c >>> 15), d ^ (d >>> 15)];
  }
  const hash = [b, c, d].reduce((sum, lane) => Math.imul(sum ^ lane ^ (lane >>> 16), prime), a);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
}

/** The words that a part is made of. */
function wordsOf(part: Digestible): Uint32Array {
  if (typeof part === 'string') return Uint32Array.from(new TextEncoder().encode(part));
  return new Uint32Array(part.buffer, part.byteOffset, part.byteLength / 4);
}
