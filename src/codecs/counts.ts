/** Counters of what is no event. */
import type { Skipped } from './codec.ts';

/** Counts by reason; a reason is there once it has happened. */
export interface Counts {
  readonly skipped: Skipped;
  /** Adds to a reason; nothing happens for zero. */
  add(reason: string, count: number): void;
}

/** Makes counters. */
export function counts(): Counts {
  const skipped: Record<string, number> = {};
  return {
    skipped,
    add(reason, count) {
      if (count > 0) skipped[reason] = (skipped[reason] ?? 0) + count;
    },
  };
}
