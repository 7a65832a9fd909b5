// Lists of what is not zero, made of rows of counts.
import { one } from './constants';
import { SparseRows } from './sparse';

/** 16 numbers as bytes: none and one as they are, all others as something else. */
// @ts-ignore: decorator
@inline
function bytesOf(at: usize): v128 {
  // What is too large for fewer bits becomes the largest that they hold.
  const low = i16x8.narrow_i32x4_s(v128.load(at, 0), v128.load(at, 16));
  const high = i16x8.narrow_i32x4_s(v128.load(at, 32), v128.load(at, 48));
  return i8x16.narrow_i16x8_s(low, high);
}

/** Which of 16 bytes are not zero. */
// @ts-ignore: decorator
@inline
function nonZero(bytes: v128): u64 {
  return <u64>(0xffff ^ i8x16.bitmask(i8x16.eq(bytes, i64x2.splat(0))));
}

/** Appends the numbers from `first` on whose bits are set; returns those that are left after four. */
// @ts-ignore: decorator
@inline
function putFour(list: SparseRows, size: usize, first: u32, mask: u64): u64 {
  const at = list.indices + (size << 2);
  v128.store(list.counts + (size << 2), one());
  store<u32>(at, first + (<u32>ctz(mask) & 63), 0);
  mask &= mask - 1;
  store<u32>(at, first + (<u32>ctz(mask) & 63), 4);
  mask &= mask - 1;
  store<u32>(at, first + (<u32>ctz(mask) & 63), 8);
  mask &= mask - 1;
  store<u32>(at, first + (<u32>ctz(mask) & 63), 12);
  return mask & (mask - 1);
}

/** The same with the counts, which begin at `from`; returns the largest. */
function putCounts(list: SparseRows, size: usize, from: usize, first: u32, mask: u64): u32 {
  let largest: u32 = 0;
  for (; mask != 0; mask &= mask - 1, size++) {
    const k = <u32>ctz(mask);
    const count = load<u32>(from + (<usize>k << 2));
    store<u32>(list.indices + (size << 2), first + k);
    store<f32>(list.counts + (size << 2), <f32>count);
    largest = max(largest, count);
  }
  return largest;
}

/**
 * Lists the counts that are not zero of `steps` rows of `channels` u32, which begin `stride` bytes apart. Returns the largest. The
 * list must have room for eight entries more, and memory for 256 bytes behind the counts.
 */
export function scan(from: usize, stride: usize, steps: u32, channels: u32, list: SparseRows): u32 {
  const starts = list.starts;
  let size: usize = 0;
  let largest: u32 = 0;
  store<u32>(starts, 0);
  for (let t: u32 = 0; t < steps; t++, from += stride) {
    for (let first: u32 = 0; first < channels; first += 64) {
      const here = min<u32>(64, channels - first);
      const begin = from + (<usize>first << 2);
      let all = bytesOf(begin);
      let mask = nonZero(all);
      if (here > 16) {
        const bytes = bytesOf(begin + 64);
        mask |= nonZero(bytes) << 16;
        all = v128.or(all, bytes);
      }
      if (here > 32) {
        const bytes = bytesOf(begin + 128);
        mask |= nonZero(bytes) << 32;
        all = v128.or(all, bytes);
      }
      if (here > 48) {
        const bytes = bytesOf(begin + 192);
        mask |= nonZero(bytes) << 48;
        all = v128.or(all, bytes);
      }
      mask &= <u64>-1 >> (64 - here);
      const count = <usize>popcnt(mask);
      if (v128.any_true(v128.andnot(all, i8x16.splat(1)))) {
        largest = max(largest, putCounts(list, size, begin, first, mask));
      } else {
        // Four are put down without asking how many there are, which nobody can guess, and then four more.
        let left = putFour(list, size, first, mask);
        for (let k: usize = 4; k < count; k += 4) left = putFour(list, size + k, first, left);
      }
      size += count;
    }
    store<u32>(starts + (<usize>t << 2), <u32>size, 4);
  }
  largest = max(largest, u32(size > 0));
  list.counted = u32(largest > 1);
  return largest;
}
