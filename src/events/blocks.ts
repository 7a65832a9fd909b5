/** Arrays of packets and chunks, cut from large blocks: a stream of many small ones gives the garbage collector little to do. */

/** Bytes of a block. */
const blockBytes = 1 << 20;

/** Bytes above which an array has memory of its own: for so much, fresh memory costs more than the collector does. */
const largest = 2048;

let block = new ArrayBuffer(0);
let used = 0;

/** Room for `bytes`, a multiple of 8, in the block that is open; its start. */
function room(bytes: number): number {
  if (used + bytes > block.byteLength) {
    block = new ArrayBuffer(blockBytes);
    used = 0;
  }
  const at = used;
  used += bytes;
  return at;
}

/**
 * A `Float64Array` of zeros. Small ones share a block of memory with others, so that none is ever moved to another thread
 * or sent as a whole: copy it for that. A block is freed with the last of its arrays.
 */
export function reals(length: number): Float64Array {
  if (length === 0) return noReals;
  const bytes = length * 8;
  if (bytes > largest) return new Float64Array(length);
  const at = room(bytes);
  return new Float64Array(block, at, length);
}

/** A `Uint32Array` of zeros; see {@link reals}. */
export function wholes(length: number): Uint32Array {
  if (length === 0) return noWholes;
  const bytes = (length * 4 + 7) & ~7;
  if (bytes > largest) return new Uint32Array(length);
  const at = room(bytes);
  return new Uint32Array(block, at, length);
}

const noReals = new Float64Array(0);
const noWholes = new Uint32Array(0);
