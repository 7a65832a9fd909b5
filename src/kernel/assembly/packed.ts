// Rows that are a single vector, of which several trials have a few lanes each.
import { VECTOR } from '../layout';

/** For a swizzle: the bytes numbered in `from`, where `place` is below `end`; nothing if it is not. */
// @ts-ignore: decorator
@inline
function bytesWhere(place: v128, from: v128, end: u32): v128 {
  return v128.or(from, i8x16.ge_u(place, i8x16.splat(<i8>end)));
}

/** Sums what every block gathered for some rows: of four lanes, each trial's met only its own channels. */
export function sumGathered(
  gathered: usize, blocks: usize, pack: u32, rows: usize, neurons: u32, gradient: usize, first: usize, end: usize,
): void {
  const bytes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const size = neurons << 2;
  for (let b: usize = 0; b < blocks; b++) {
    let all = load<usize>(gathered + (b << 2));
    for (let trial: u32 = 0; trial < pack; trial++, all += rows * VECTOR) {
      const own = bytesWhere(bytes, i8x16.add(bytes, i8x16.splat(<i8>(trial * size))), size);
      for (let at = first * VECTOR; at < end * VECTOR; at += VECTOR) {
        const part = i8x16.swizzle(v128.load(all + at), own);
        v128.store(gradient + at, f32x4.add(v128.load(gradient + at), part));
      }
    }
  }
}

/** Copies some rows for every trial that shares a block, where a row is a single vector. */
export function spreadRows(
  weights: usize, spread: usize, pack: u32, rows: usize, neurons: u32, first: usize, end: usize,
): void {
  const bytes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const size = neurons << 2;
  for (let trial: u32 = 0; trial < pack; trial++, spread += rows * VECTOR) {
    const place = i8x16.sub(bytes, i8x16.splat(<i8>(trial * size)));
    const own = bytesWhere(place, place, size);
    for (let at = first * VECTOR; at < end * VECTOR; at += VECTOR) {
      v128.store(spread + at, i8x16.swizzle(v128.load(weights + at), own));
    }
  }
}
