/** Lists of spikes as the kernel has them. */
import type { SparseSpikes } from '../neurons/learner.ts';
import { type Arena, word } from './arena.ts';

/** A list of entries in rows, as the kernel has it. */
export interface SparseList {
  readonly starts: Uint32Array;
  readonly indices: Uint32Array;
  readonly counts: Float32Array;
}

/**
 * The same spikes, each an entry of its own, so that rows need no more than adding; as they are where counts are not
 * whole, or so high that there would be more than twice as many entries.
 */
function expandCounts({ starts, columns, counts }: SparseSpikes): SparseSpikes {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total > 2 * counts.length || !counts.every(Number.isInteger))
    return { starts, columns, counts };
  const own = new Uint32Array(starts.length);
  const repeated = new Uint32Array(total);
  let size = 0;
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let k = starts[row]!; k < starts[row + 1]!; k++) {
      repeated.fill(columns[k]!, size, size + counts[k]!);
      size += counts[k]!;
    }
    own[row + 1] = size;
  }
  return { starts: own, columns: repeated, counts: new Float64Array(total).fill(1) };
}

/** Spikes of a sample by time, as the kernel has them. */
export function byTime(spikes: SparseSpikes): SparseList {
  const { starts, columns, counts } = expandCounts(spikes);
  return { starts, indices: columns, counts: Float32Array.from(counts) };
}

/** Lists of several trials as one; channels of the k-th are `k·channels` on. */
export function joined(lists: readonly SparseList[], channels: number): SparseList {
  const rows = lists[0]!.starts.length - 1;
  const starts = new Uint32Array(rows + 1);
  const total = lists.reduce((sum, { indices }) => sum + indices.length, 0);
  const indices = new Uint32Array(total);
  const counts = new Float32Array(total);
  for (let r = 0, at = 0; r < rows; r++) {
    for (const [k, list] of lists.entries()) {
      for (let entry = list.starts[r]!; entry < list.starts[r + 1]!; entry++, at++) {
        indices[at] = k * channels + list.indices[entry]!;
        counts[at] = list.counts[entry]!;
      }
    }
    starts[r + 1] = at;
  }
  return { starts, indices, counts };
}

/** The same list by channel: row c holds the times. */
export function byChannel({ starts, indices, counts }: SparseList, channels: number): SparseList {
  const own = new Uint32Array(channels + 1);
  for (const index of indices) own[index + 1] = own[index + 1]! + 1;
  for (let c = 0; c < channels; c++) own[c + 1] = own[c + 1]! + own[c]!;
  const next = own.slice(0, channels);
  const times = new Uint32Array(indices.length);
  const values = new Float32Array(indices.length);
  for (let t = 0; t + 1 < starts.length; t++) {
    for (let k = starts[t]!; k < starts[t + 1]!; k++) {
      const channel = indices[k]!;
      const at = next[channel]!;
      next[channel] = at + 1;
      times[at] = t;
      values[at] = counts[k]!;
    }
  }
  return { starts: own, indices: times, counts: values };
}

/** The numbers of the rows of a list, those with fewer entries first. */
export function byLength({ starts }: SparseList): Uint32Array {
  const rows = starts.length - 1;
  const lengthOf = (row: number): number => starts[row + 1]! - starts[row]!;
  let longest = 0;
  for (let row = 0; row < rows; row++) longest = Math.max(longest, lengthOf(row));
  const next = new Uint32Array(longest + 2);
  for (let row = 0; row < rows; row++) next[lengthOf(row) + 1]!++;
  for (let length = 0; length < longest; length++) next[length + 1]! += next[length]!;
  const order = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) order[next[lengthOf(row)]!++] = row;
  return order;
}

/** Writes a list down, and the order in which its rows are gone through, if that is not their own. */
export function layOutSparse(place: Arena, list: SparseList, order?: Uint32Array): number {
  const { starts, indices, counts } = list;
  return place.record(
    word(place.words(starts)),
    word(place.words(indices)),
    word(place.floats(counts.length, () => counts)),
    word(+counts.some((count) => count !== 1)),
    word(order === undefined ? 0 : place.words(order)),
  );
}

/** Where a list stands that the kernel fills. */
export interface SparseLayout {
  readonly record: number;
  readonly starts: number;
  readonly indices: number;
  readonly counts: number;
}

/** Which word of its record says whether any count may be another than one. */
export const countedWord: number = 3;

/** A list of `rows` rows that is still empty, with room for `entries` and sixteen after them. */
export function sparseRoom(place: Arena, rows: number, entries: number): SparseLayout {
  const starts = place.room((rows + 1) * 4);
  const indices = place.room((entries + 16) * 4);
  const counts = place.room((entries + 16) * 4);
  const record = place.record(...[starts, indices, counts, 0, 0].map(word));
  return { record, starts, indices, counts };
}
