/** The checksum XXH32 (Collet, xxHash specification 0.1.1), which LZ4 frames and our recordings use. */

const prime1 = 0x9e3779b1 | 0;
const prime2 = 0x85ebca77 | 0;
const prime3 = 0xc2b2ae3d | 0;
const prime4 = 0x27d4eb2f | 0;
const prime5 = 0x165667b1 | 0;

function turned(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/**
 * Digests bytes into 32 bits. No protection against intent.
 *
 * @example
 * ```ts
 * xxhash32(new TextEncoder().encode('abc')).toString(16); // '32d153ff'
 * ```
 */
export function xxhash32(given: Uint8Array, seed = 0): number {
  // Words are read four bytes at a time, which must be aligned for that.
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let at = 0;
  let hash: number;
  if (bytes.length >= 16) {
    let a = (seed + prime1 + prime2) | 0;
    let b = (seed + prime2) | 0;
    let c = seed | 0;
    let d = (seed - prime1) | 0;
    const last = words.length - 4;
    for (; at <= last; at += 4) {
      a = Math.imul(turned((a + Math.imul(words[at]!, prime2)) | 0, 13), prime1);
      b = Math.imul(turned((b + Math.imul(words[at + 1]!, prime2)) | 0, 13), prime1);
      c = Math.imul(turned((c + Math.imul(words[at + 2]!, prime2)) | 0, 13), prime1);
      d = Math.imul(turned((d + Math.imul(words[at + 3]!, prime2)) | 0, 13), prime1);
    }
    hash = (turned(a, 1) + turned(b, 7) + turned(c, 12) + turned(d, 18)) | 0;
  } else {
    hash = (seed + prime5) | 0;
  }
  hash = (hash + bytes.length) | 0;
  for (; at < words.length; at++) {
    hash = Math.imul(turned((hash + Math.imul(words[at]!, prime3)) | 0, 17), prime4);
  }
  for (let i = at * 4; i < bytes.length; i++) {
    hash = Math.imul(turned((hash + Math.imul(bytes[i]!, prime5)) | 0, 11), prime1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
