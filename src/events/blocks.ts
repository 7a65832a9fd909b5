/** Arrays of packets and chunks, cut from large blocks: a stream of many small ones gives the garbage collector little to do. */

import { DataError } from '../errors.ts';

/** Values of the largest array of a stream, bins times channels of the largest raster: a quarter of a gigabyte of counts. */
export const mostValues: number = 2 ** 26;

/** Bytes of a block. */
const blockBytes = 1 << 20;

/** Bytes above which an array has memory of its own: for so much, fresh memory costs more than the collector does. */
const largest = 65_536;

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
 * The number of values that an array is made for, such as steps times channels.
 *
 * @throws DataError if there are too many
 */
export function bounded(length: number): number {
  if (length <= mostValues) return length;
  throw new DataError(
    `${length} values come of this at once, and ${mostValues} are the most: cut it into chunks of fewer steps`,
  );
}

/**
 * A `Float64Array` of zeros. Small ones share a block of memory with others, so that none is ever moved to another thread
 * or sent as a whole: copy it for that. A block is freed with the last of its arrays.
 */
export function reals(length: number): Float64Array {
  if (length === 0) return noReals;
  if (length * 8 > largest) return new Float64Array(bounded(length));
  const at = room(length * 8);
  return new Float64Array(block, at, length);
}

/** A `Uint32Array` of zeros; see {@link reals}. */
export function wholes(length: number): Uint32Array {
  if (length === 0) return noWholes;
  if (length * 4 > largest) return new Uint32Array(bounded(length));
  const at = room((length * 4 + 7) & ~7);
  return new Uint32Array(block, at, length);
}

const noReals = new Float64Array(0);
const noWholes = new Uint32Array(0);
