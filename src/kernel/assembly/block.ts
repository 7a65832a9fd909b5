import { LANES } from '../layout';
import { one } from './constants';
import { append, SparseRows } from './sparse';

/** A population on one block: one trial, or as many trials as fit into four lanes. */
@unmanaged
export class Block {
  /** Coefficients of the neurons. */
  coefficients: usize;
  /** State at the start. */
  start: usize;
  /** Weighted input of every step, then the gradient with respect to it; a row of zeros on both sides. */
  drive: usize;
  /** Spikes by channel: the recurrence of which step they are (0 … steps). */
  fired: SparseRows;
  /** Wanted spikes, where the loss is an error. */
  target: usize;
  /** Where a row is a single vector: the gradient of the recurrent matrix, which is summed on the way back. */
  gathered: usize;
}

/** Room that a thread needs for one population; every block uses it anew. */
@unmanaged
export class Workspace {
  state: usize;
  tape: usize;
  gradient: usize;
  /** Gradient with respect to the spikes of a step that comes from later steps, one row. */
  later: usize;
  /** Gradient with respect to the spikes of every step that comes from the loss or the next population. */
  outer: usize;
  /** Bytes from one row of `outer` to the next; 0 if all steps share one. */
  outerStride: usize;
  /** Spikes by the step whose recurrence they are: steps + 2 starts. */
  spikes: SparseRows;
  /** Entries of a gradient that are not zero. */
  indices: usize;
  values: usize;
  /** Whether anything wants the spikes of a single vector. */
  listed: u32;
  /** Whether no weight leads from one half of a vector to the other: trials have one or two neurons. */
  halved: u32;
  /** Model of its neurons. */
  model: u32;
}

/** Whether any neuron of some vectors, whose spikes stand `stride` apart, has another count of them than none or one. */
export function hasCounts(left: usize, vectors: usize, stride: usize): bool {
  let other = i64x2.splat(0);
  for (const end = left + vectors * stride; left < end; left += stride) {
    const spikes = v128.load(left);
    const few = v128.or(f32x4.eq(spikes, one()), f32x4.eq(spikes, i64x2.splat(0)));
    other = v128.or(other, v128.not(few));
  }
  return v128.any_true(other);
}

/** Appends what left a row, which stands `stride` apart, to a list that holds `size`. */
export function appendSpikes(
  list: SparseRows, size: usize, left: usize, vectors: u32, stride: usize,
): usize {
  const indices = list.indices;
  const counts = list.counts;
  for (let v: u32 = 0; v < vectors; v++, left += stride) {
    size = append(indices, counts, size, v * LANES, v128.load(left));
  }
  return size;
}
