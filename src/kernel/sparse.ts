import type { SparseSpikes } from '../neuron/learner.ts';
import { type Arena, word } from './arena.ts';

/** A list of entries in rows, as the kernel has it. */
export interface SparseList {
  readonly starts: Uint32Array;
  readonly indices: Uint32Array;
  readonly counts: Float32Array;
}

/** Whether counts are whole and so few above one that they may as well stand as often as they count. */
function repeats(counts: Float64Array): boolean {
  let total = 0;
  for (const count of counts) {
    if (!Number.isInteger(count)) return false;
    total += count;
  }
  return total <= 2 * counts.length;
}

/**
 * Input spikes of the trials `first` to `first + pack` by time; channels of the k-th are `k·channels` on. Where that
 * is possible, all counts are one, so that rows need no more than adding.
 */
export function blockInput(
  { starts, columns, counts }: SparseSpikes,
  steps: number,
  trials: number,
  channels: number,
  first: number,
  pack: number,
): SparseList {
  const last = Math.min(trials, first + pack);
  const own = new Uint32Array(steps + 1);
  const indices: number[] = [];
  const values: number[] = [];
  const repeated = repeats(counts);
  for (let t = 0; t < steps; t++) {
    for (let trial = first; trial < last; trial++) {
      const row = t * trials + trial;
      for (let k = starts[row]!; k < starts[row + 1]!; k++) {
        const index = (trial - first) * channels + columns[k]!;
        for (let left = repeated ? counts[k]! : 1; left > 0; left--) {
          indices.push(index);
          values.push(repeated ? 1 : counts[k]!);
        }
      }
    }
    own[t + 1] = indices.length;
  }
  return { starts: own, indices: Uint32Array.from(indices), counts: Float32Array.from(values) };
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

/** Writes a list down. */
export function placeSparse(place: Arena, { starts, indices, counts }: SparseList): number {
  return place.record(
    word(place.words(starts)),
    word(place.words(indices)),
    word(place.floats(counts.length, () => counts)),
    word(+counts.some((count) => count !== 1)),
  );
}

/** Where a list stands that the kernel fills. */
export interface SparsePlace {
  readonly record: number;
  readonly starts: number;
  readonly indices: number;
  readonly counts: number;
}

/** A list of `rows` rows that is still empty, with room for `entries` and the four after them. */
export function sparseRoom(place: Arena, rows: number, entries: number): SparsePlace {
  const starts = place.room((rows + 1) * 4);
  const indices = place.room((entries + 4) * 4);
  const counts = place.room((entries + 4) * 4);
  const record = place.record(...[starts, indices, counts, 0].map(word));
  return { record, starts, indices, counts };
}
