/** Anything whose numbers a digest can run over. */
export type Digestible = string | Float64Array | Uint32Array;

/**
 * Digests values into eight hexadecimal digits (FNV-1a over their bytes), to tell whether two things
 * are the same. No protection against intent.
 */
export function digest(...parts: readonly Digestible[]): string {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const bytes =
      typeof part === 'string'
        ? new TextEncoder().encode(part)
        : new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash = Math.imul(hash ^ 0xff, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
