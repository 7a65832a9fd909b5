// Sums over rows of a single vector, without a branch on how many there are.
import { VECTOR } from '../layout';
import { countOf, row, SparseRows } from './sparse';
import { madd } from './vector';

/** What entry `k` of a list adds, where `there` is set. */
// @ts-ignore: decorator
@inline
function addIf(
  sum: v128, matrix: usize, list: SparseRows, k: usize, there: v128, counted: bool,
): v128 {
  const weights = v128.and(v128.load(row(matrix, list.indices, k, VECTOR)), there);
  return counted ? madd(countOf(list.counts, k, true), weights, sum) : f32x4.add(sum, weights);
}

/**
 * The same as `addRow`, in the same order, of a list with room for four entries more: four at a time are added without
 * asking how many there are, which nobody can guess. No lane of `sum` may be -0.
 */
// @ts-ignore: decorator
@inline
export function addGuessed(sum: v128, matrix: usize, list: SparseRows, r: usize, counted: bool): v128 {
  const starts = list.starts + (r << 2);
  const end = load<u32>(starts, 4);
  let k = load<u32>(starts);
  do {
    const there = i32x4.gt_s(i32x4.splat(end - k), i32x4(0, 1, 2, 3));
    sum = addIf(sum, matrix, list, k, v128.shuffle<u32>(there, there, 0, 0, 0, 0), counted);
    sum = addIf(sum, matrix, list, k + 1, v128.shuffle<u32>(there, there, 1, 1, 1, 1), counted);
    sum = addIf(sum, matrix, list, k + 2, v128.shuffle<u32>(there, there, 2, 2, 2, 2), counted);
    sum = addIf(sum, matrix, list, k + 3, v128.shuffle<u32>(there, there, 3, 3, 3, 3), counted);
    k += 4;
  } while (k < end);
  return sum;
}
