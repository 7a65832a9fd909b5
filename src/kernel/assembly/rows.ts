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
}

// @ts-ignore: decorator
@inline
function row(matrix: usize, indices: usize, k: usize, stride: usize): usize {
  return matrix + <usize>load<u32>(indices + (k << 2)) * stride;
}

/** Narrow rows: four columns at a time stay in registers over all rows; more than that would not. */
function addNarrow(
  out: usize, vectors: u32, matrix: usize, indices: usize, counts: usize, rows: usize,
): void {
  const stride = <usize>vectors << 4;
  const end = rows << 2;
  let column: usize = 0;
  for (; column + 64 <= stride; column += 64) {
    const to = out + column;
    let a = v128.load(to, 0);
    let b = v128.load(to, 16);
    let c = v128.load(to, 32);
    let d = v128.load(to, 48);
    for (let k: usize = 0; k < end; k += 4) {
      const count = v128.load32_splat(counts + k);
      const at = matrix + column + <usize>load<u32>(indices + k) * stride;
      a = madd(count, v128.load(at, 0), a);
      b = madd(count, v128.load(at, 16), b);
      c = madd(count, v128.load(at, 32), c);
      d = madd(count, v128.load(at, 48), d);
    }
    v128.store(to, a, 0);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
  for (; column < stride; column += 16) {
    let even = v128.load(out + column);
    let odd = i64x2.splat(0);
    const from = matrix + column;
    let k: usize = 0;
    for (; k + 8 <= end; k += 8) {
      const first = from + <usize>load<u32>(indices + k, 0) * stride;
      const second = from + <usize>load<u32>(indices + k, 4) * stride;
      even = madd(v128.load32_splat(counts + k, 0), v128.load(first), even);
      odd = madd(v128.load32_splat(counts + k, 4), v128.load(second), odd);
    }
    if (k < end) {
      const last = from + <usize>load<u32>(indices + k) * stride;
      even = madd(v128.load32_splat(counts + k), v128.load(last), even);
    }
    v128.store(out + column, f32x4.add(even, odd));
  }
}

/** sum + four rows at one column, each times its count. */
// @ts-ignore: decorator
@inline
function addFour(
  sum: v128, a: v128, b: v128, c: v128, d: v128, rowA: usize, rowB: usize, rowC: usize, rowD: usize,
): v128 {
  const first = madd(b, v128.load(rowB), f32x4.mul(a, v128.load(rowA)));
  const second = madd(d, v128.load(rowD), f32x4.mul(c, v128.load(rowC)));
  return f32x4.add(sum, f32x4.add(first, second));
}

/** Wide rows: four of them are read at a time from end to end, as memory likes it. */
function addWide(
  out: usize, vectors: u32, matrix: usize, indices: usize, counts: usize, rows: usize,
): void {
  const stride = <usize>vectors << 4;
  const end = out + stride;
  let k: usize = 0;
  for (; k + 4 <= rows; k += 4) {
    const a = v128.load32_splat(counts + (k << 2), 0);
    const b = v128.load32_splat(counts + (k << 2), 4);
    const c = v128.load32_splat(counts + (k << 2), 8);
    const d = v128.load32_splat(counts + (k << 2), 12);
    let rowA = row(matrix, indices, k, stride);
    let rowB = row(matrix, indices, k + 1, stride);
    let rowC = row(matrix, indices, k + 2, stride);
    let rowD = row(matrix, indices, k + 3, stride);
    let to = out;
    for (; to + 32 <= end; to += 32) {
      v128.store(to, addFour(v128.load(to), a, b, c, d, rowA, rowB, rowC, rowD));
      v128.store(
        to, addFour(v128.load(to, 16), a, b, c, d, rowA + 16, rowB + 16, rowC + 16, rowD + 16), 16,
      );
      rowA += 32;
      rowB += 32;
      rowC += 32;
      rowD += 32;
    }
    if (to < end) v128.store(to, addFour(v128.load(to), a, b, c, d, rowA, rowB, rowC, rowD));
  }
  if (k + 2 <= rows) {
    const a = v128.load32_splat(counts + (k << 2), 0);
    const b = v128.load32_splat(counts + (k << 2), 4);
    let rowA = row(matrix, indices, k, stride);
    let rowB = row(matrix, indices, k + 1, stride);
    for (let to = out; to < end; to += 16, rowA += 16, rowB += 16) {
      v128.store(to, madd(b, v128.load(rowB), madd(a, v128.load(rowA), v128.load(to))));
    }
    k += 2;
  }
  if (k < rows) {
    const count = v128.load32_splat(counts + (k << 2));
    let at = row(matrix, indices, k, stride);
    for (let to = out; to < end; to += 16, at += 16) {
      v128.store(to, madd(count, v128.load(at), v128.load(to)));
    }
  }
}

/** Vectors of a row up to which columns stay in registers. */
const NARROW: u32 = 16;

/**
 * out += Σ counts[k]·matrix[indices[k]] over `rows` rows of `vectors` vectors. This one sum is the weighted
 * input, the recurrence, the way of the gradient back through both, and the gradient of the weights.
 */
// @ts-ignore: decorator
@inline
export function addRows(
  out: usize, vectors: u32, matrix: usize, indices: usize, counts: usize, rows: usize,
): void {
  if (rows == 0) return;
  if (vectors <= NARROW) addNarrow(out, vectors, matrix, indices, counts, rows);
  else addWide(out, vectors, matrix, indices, counts, rows);
}

/** {@link addRows} of row `r` of a sparse list. */
// @ts-ignore: decorator
@inline
export function addSparse(out: usize, vectors: u32, matrix: usize, list: SparseRows, r: usize): void {
  const from = <usize>load<u32>(list.starts + (r << 2));
  const to = <usize>load<u32>(list.starts + (r << 2), 4);
  addRows(out, vectors, matrix, list.indices + (from << 2), list.counts + (from << 2), to - from);
}

/** Row `r` of a sparse list times a matrix whose rows are single vectors. */
// @ts-ignore: decorator
@inline
export function timesSingle(matrix: usize, list: SparseRows, r: usize): v128 {
  let sum = i64x2.splat(0);
  const starts = list.starts + (r << 2);
  const indices = list.indices;
  const counts = list.counts;
  const end = <usize>load<u32>(starts, 4) << 2;
  for (let k = <usize>load<u32>(starts) << 2; k < end; k += 4) {
    const row = v128.load(matrix + (<usize>load<u32>(indices + k) << 4));
    sum = madd(v128.load32_splat(counts + k), row, sum);
  }
  return sum;
}

/** Adds row `r` of a sparse list, as a column, times a single vector to a matrix. */
// @ts-ignore: decorator
@inline
export function addOuter(matrix: usize, list: SparseRows, r: usize, value: v128): void {
  const starts = list.starts + (r << 2);
  const indices = list.indices;
  const counts = list.counts;
  const end = <usize>load<u32>(starts, 4) << 2;
  for (let k = <usize>load<u32>(starts) << 2; k < end; k += 4) {
    const at = matrix + (<usize>load<u32>(indices + k) << 4);
    v128.store(at, madd(v128.load32_splat(counts + k), value, v128.load(at)));
  }
}

/**
 * Appends the lanes of `value` that are not zero, with their numbers from `first` on; returns how many there
 * are then. There must be room for four more.
 */
// @ts-ignore: decorator
@inline
export function append(indices: usize, counts: usize, size: usize, first: u32, value: v128): usize {
  const mask = i32x4.bitmask(f32x4.ne(value, f32x4.splat(0)));
  store<u32>(indices + (size << 2), first);
  store<f32>(counts + (size << 2), f32x4.extract_lane(value, 0));
  size += mask & 1;
  store<u32>(indices + (size << 2), first + 1);
  store<f32>(counts + (size << 2), f32x4.extract_lane(value, 1));
  size += (mask >> 1) & 1;
  store<u32>(indices + (size << 2), first + 2);
  store<f32>(counts + (size << 2), f32x4.extract_lane(value, 2));
  size += (mask >> 2) & 1;
  store<u32>(indices + (size << 2), first + 3);
  store<f32>(counts + (size << 2), f32x4.extract_lane(value, 3));
  return size + ((mask >> 3) & 1);
}

/**
 * Sorts a list by time into one by channel: entry (r, index) becomes (index, r). A counting sort, so that the
 * order in time is kept. `into.starts` holds `channels` + 1 numbers.
 */
export function transpose(list: SparseRows, rows: usize, into: SparseRows, channels: usize): void {
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
