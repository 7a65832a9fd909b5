// Rows that are a single vector, of which several trials have a few lanes each.
import { VECTOR } from '../layout';
import { sumRow } from './narrow';
import { SparseRows } from './sparse';

/** For a swizzle: the bytes numbered in `from`, where `place` is below `end`; nothing if it is not. */
// @ts-ignore: decorator
@inline
function bytesWhere(place: v128, from: v128, end: u32): v128 {
  return v128.or(from, i8x16.ge_u(place, i8x16.splat(<i8>end)));
}

/** For a swizzle: the lanes of a trial as the first ones. */
// @ts-ignore: decorator
@inline
function lanesOfTrial(trial: u32, neurons: u32): v128 {
  const bytes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const size = neurons << 2;
  return bytesWhere(bytes, i8x16.add(bytes, i8x16.splat(<i8>(trial * size))), size);
}

/** Adds what came in by channel, row `source` and the next ones, times the gradient of a drive, to some rows of a trial. */
// @ts-ignore: decorator
@inline
function addChannels(
  gradient: usize, drive: usize, list: SparseRows, source: usize, first: usize, end: usize, own: v128, counted: bool,
): void {
  for (let r = first; r < end; r++) {
    const at = gradient + r * VECTOR;
    const part = i8x16.swizzle(sumRow(drive, list, source + r, counted), own);
    v128.store(at, f32x4.add(v128.load(at), part));
  }
}

/**
 * Adds what every block contributed to some rows, from the gradient of its drive and what came in by channel: a list of each trial
 * by itself where they are `apart`.
 */
export function addPacked(
  inputs: usize, drives: usize, apart: u32, blocks: usize, pack: u32, rows: usize, neurons: u32, gradient: usize,
  first: usize, end: usize,
): void {
  for (let trial: u32 = 0; trial < pack; trial++) {
    const own = lanesOfTrial(trial, neurons);
    for (let b: usize = 0; b < blocks; b++) {
      const list = changetype<SparseRows>(load<usize>(inputs + ((apart ? b * pack + trial : b) << 2)));
      const drive = load<usize>(drives + (b << 2));
      const source = apart ? 0 : trial * rows;
      if (list.counted) addChannels(gradient, drive, list, source, first, end, own, true);
      else addChannels(gradient, drive, list, source, first, end, own, false);
    }
  }
}

/** Sums what every block gathered for some rows: of four lanes, each trial's met only its own channels. */
export function sumGathered(
  gathered: usize, blocks: usize, pack: u32, rows: usize, neurons: u32, gradient: usize, first: usize, end: usize,
): void {
  for (let b: usize = 0; b < blocks; b++) {
    let all = load<usize>(gathered + (b << 2));
    for (let trial: u32 = 0; trial < pack; trial++, all += rows * VECTOR) {
      const own = lanesOfTrial(trial, neurons);
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
