/** Whose events stand in a FIFO, so that what becomes of them is counted for each sender. */
import { queue } from '../../queue.ts';
import type { SenderCounts } from '../link.ts';

/** The senders of what stands in a FIFO, in its order. */
export interface SenderQueue {
  /** One more event of a sender. */
  push(counts: SenderCounts | undefined): void;
  /** Counts what became of the oldest event. */
  shift(as: keyof SenderCounts): void;
  /** Counts all that is left as dropped. */
  clear(): void;
}

/** What is counted for a sender. */
export const senderCounters = ['delivered', 'late', 'dropped'] as const;

/** Adds to a counter of a sender. */
export function addCount(counts: SenderCounts | undefined, name: keyof SenderCounts, n = 1): void {
  if (counts !== undefined) counts[name] = (counts[name] ?? 0) + n;
}

/** Makes an empty queue. It keeps runs of one sender, so that an event allocates nothing. */
export function senderQueue(): SenderQueue {
  const runs = queue<{ readonly counts: SenderCounts | undefined; left: number }>();
  return {
    push(counts) {
      const last = runs.at(runs.size - 1);
      if (last !== undefined && last.counts === counts) last.left++;
      else runs.push({ counts, left: 1 });
    },
    shift(as) {
      const { first } = runs;
      if (first === undefined) return;
      addCount(first.counts, as);
      if (--first.left === 0) runs.shift();
    },
    clear() {
      for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
        addCount(run.counts, 'dropped', run.left);
      }
    },
  };
}
