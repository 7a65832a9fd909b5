import { lanesOf, packing } from './packing';
import { madd } from './vector';

/**
 * Sparse entries in rows: those of row r are number starts[r] to starts[r+1] of `indices` (u32) and
 * `counts` (f32). Spikes by time list the channels that fired; spikes by channel the times.
 */
@unmanaged
export class SparseRows {
  starts: usize;
  indices: usize;
  counts: usize;
  /** Whether any count may be another than one: rows are then more than added. Where not, counts mean nothing. */
  counted: u32;
  /** Numbers of the rows, those with fewer entries first, or 0 where that is not known. */
  order: usize;
}

/**
 * What enters a block, by time: a list for each of `parts` trials, or one for all of them. Each part has rows of the matrix
 * of its own, so many bytes from one to the next.
 */
@unmanaged
export class Entering {
  lists: usize;
  parts: u32;
  stride: u32;
  /** The row of the first step. */
  first: u32;
}

/** The list of a part. */
// @ts-ignore: decorator
@inline
export function listOf(input: Entering, part: u32): SparseRows {
  return changetype<SparseRows>(load<usize>(input.lists + (<usize>part << 2)));
}

// @ts-ignore: decorator
@inline
export function row(matrix: usize, indices: usize, k: usize, stride: usize): usize {
  return matrix + <usize>load<u32>(indices + (k << 2)) * stride;
}

/** Count number `k` in all lanes. */
// @ts-ignore: decorator
@inline
export function countOf(counts: usize, k: usize, counted: bool): v128 {
  return counted ? v128.load32_splat(counts + (k << 2)) : i64x2.splat(0);
}

/** sum + the vector at `at` times its count. */
// @ts-ignore: decorator
@inline
export function plus(sum: v128, count: v128, at: usize, counted: bool): v128 {
  return counted ? madd(count, v128.load(at), sum) : f32x4.add(sum, v128.load(at));
}

/**
 * Appends the lanes of `value` that are not zero, with their numbers from `first` on; returns how many there
 * are then. There must be room for four more.
 */
// @ts-ignore: decorator
@inline
export function append(indices: usize, counts: usize, size: usize, first: u32, value: v128): usize {
  const mask = i32x4.bitmask(f32x4.ne(value, i64x2.splat(0)));
  const at = size << 2;
  v128.store(indices + at, i32x4.add(i32x4.splat(first), lanesOf(mask)));
  v128.store(counts + at, i8x16.swizzle(value, packing(mask)));
  return size + <usize>i32.popcnt(mask);
}

/**
 * Sorts a list by time into one by channel: entry (r, index) becomes (index, r). A counting sort, so that the
 * order in time is kept. `into.starts` holds `channels` + 1 numbers.
 */
export function transpose(list: SparseRows, rows: usize, into: SparseRows, channels: usize): void {
  into.counted = list.counted;
  const starts = into.starts;
  memory.fill(starts, 0, (channels + 1) << 2);
  const total = <usize>load<u32>(list.starts + (rows << 2));
  for (let k: usize = 0; k < total; k++) {
    const at = starts + (<usize>load<u32>(list.indices + (k << 2)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  // From counts to ends; each entry then takes its end one down, from the last to the first.
  let end: u32 = 0;
  for (let channel: usize = 0; channel < channels; channel++) {
    end += load<u32>(starts + (channel << 2));
    store<u32>(starts + (channel << 2), end);
  }
  store<u32>(starts + (channels << 2), end);
  for (let r = rows; r > 0; r--) {
    const from = <usize>load<u32>(list.starts + ((r - 1) << 2));
    for (let k = <usize>load<u32>(list.starts + (r << 2)); k > from; k--) {
      const at = starts + (<usize>load<u32>(list.indices + ((k - 1) << 2)) << 2);
      const place = load<u32>(at) - 1;
      store<u32>(at, place);
      store<u32>(into.indices + (<usize>place << 2), <u32>(r - 1));
      store<f32>(into.counts + (<usize>place << 2), load<f32>(list.counts + ((k - 1) << 2)));
    }
  }
}
