type Numbers = Float64Array | Uint32Array;

/** Where the numbers of arrays stand in memory: as many places as numbers, if no array lies over another. */
export function places(arrays: readonly Numbers[]): Set<string> {
  const buffers: ArrayBufferLike[] = [];
  const found = new Set<string>();
  for (const { buffer, byteOffset, length, BYTES_PER_ELEMENT } of arrays) {
    if (!buffers.includes(buffer)) buffers.push(buffer);
    for (let i = 0; i < length; i++) {
      found.add(`${buffers.indexOf(buffer)} ${byteOffset + i * BYTES_PER_ELEMENT}`);
    }
  }
  return found;
}
