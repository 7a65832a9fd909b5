/** Sorting events by time, in place, keeping the order of equals. */

/**
 * Sorts the first `count` events by time; events of the same time keep their order. Runs that are in order already are
 * merged, so that what is nearly sorted takes little.
 */
export function sortEvents(
  timestamps: Float64Array,
  addresses: Uint32Array,
  count: number = timestamps.length,
): void {
  let ends = runEnds(timestamps, count);
  if (ends.length <= 1) return;
  let [from, to]: [Events, Events] = [
    { times: timestamps, addresses },
    { times: new Float64Array(count), addresses: new Uint32Array(count) },
  ];
  while (ends.length > 1) {
    const merged: number[] = [];
    let begin = 0;
    for (let run = 0; run < ends.length; run += 2) {
      const middle = ends[run]!;
      const end = ends[run + 1] ?? middle;
      mergeRuns(from, to, begin, middle, end);
      merged.push(end);
      begin = end;
    }
    [from, to, ends] = [to, from, merged];
  }
  if (from.times === timestamps) return;
  timestamps.set(from.times);
  addresses.set(from.addresses);
}

/** Ends of the runs that are in order. */
function runEnds(times: Float64Array, count: number): number[] {
  const ends: number[] = [];
  for (let i = 1; i < count; i++) if (times[i]! < times[i - 1]!) ends.push(i);
  if (count > 0) ends.push(count);
  return ends;
}

interface Events {
  readonly times: Float64Array;
  readonly addresses: Uint32Array;
}

function mergeRuns(from: Events, to: Events, begin: number, middle: number, end: number): void {
  let [left, right] = [begin, middle];
  for (let at = begin; at < end; at++) {
    const useLeft = left < middle && (right >= end || from.times[left]! <= from.times[right]!);
    const i = useLeft ? left++ : right++;
    to.times[at] = from.times[i]!;
    to.addresses[at] = from.addresses[i]!;
  }
}
