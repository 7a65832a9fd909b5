import { VECTOR } from '../layout';
import { addNarrow, NARROW, sumOnes } from './narrow';
import { SparseRows } from './sparse';
import { clear } from './vector';
import { addWide } from './wide';

/**
 * out += Σ counts[k]·matrix[indices[k]] over `rows` rows of `vectors` vectors. This one sum is the weighted
 * input, the recurrence, the way of the gradient back through both, and the gradient of the weights.
 */
export function addRows(
  out: usize, vectors: u32, matrix: usize, indices: usize, counts: usize, rows: usize,
): void {
  if (vectors <= NARROW) addNarrow(out, vectors, matrix, indices, counts, rows, true);
  else addWide(out, vectors, matrix, indices, counts, rows, true);
}

/** The same where all counts are one. */
function addOnes(out: usize, vectors: u32, matrix: usize, indices: usize, rows: usize): void {
  if (vectors <= NARROW) addNarrow(out, vectors, matrix, indices, indices, rows, false);
  else addWide(out, vectors, matrix, indices, indices, rows, false);
}

/** {@link addRows} of the `rows` entries of a list that stand there from number `from` on. */
// @ts-ignore: decorator
@inline
export function addEntries(
  out: usize, vectors: u32, matrix: usize, list: SparseRows, from: usize, rows: usize,
): void {
  const indices = list.indices + (from << 2);
  if (list.counted) addRows(out, vectors, matrix, indices, list.counts + (from << 2), rows);
  else addOnes(out, vectors, matrix, indices, rows);
}

/** {@link addRows} of row `r` of a sparse list. */
// @ts-ignore: decorator
@inline
export function addSparse(out: usize, vectors: u32, matrix: usize, list: SparseRows, r: usize): void {
  const from = <usize>load<u32>(list.starts + (r << 2));
  const to = <usize>load<u32>(list.starts + (r << 2), 4);
  if (from < to) addEntries(out, vectors, matrix, list, from, to - from);
}

/** out = `bias`, if there is one, + row `r` of `input` times `feed` + row `t` of `spikes` times `recurrent`, if there is one. */
// @ts-ignore: decorator
@inline
export function sumDrive(
  out: usize, vectors: u32, bias: usize, feed: usize, input: SparseRows, r: usize, recurrent: usize,
  spikes: SparseRows, t: usize,
): void {
  if (recurrent && !bias && vectors <= NARROW && !(input.counted | spikes.counted)) {
    sumOnes(out, vectors, feed, input, r, recurrent, spikes, t);
    return;
  }
  if (bias) memory.copy(out, bias, <usize>vectors * VECTOR);
  else clear(out, vectors);
  addSparse(out, vectors, feed, input, r);
  if (recurrent) addSparse(out, vectors, recurrent, spikes, t);
}
