/** What the board loses of a run of the target `chip`. */
import type { FpgaSchedule } from '../src/devices/fpga-schedule.ts';
import type { Link } from '../src/devices/link.ts';
import type { Losses } from '../src/events/losses.ts';

/** Counts what a board loses of a run; of a link that cannot tell whose events they were, what it loses of all. */
export interface BoardLosses {
  /** Begins with a schedule on a board that is configured: what was lost before is not of this run. */
  begin(schedule: FpgaSchedule): void;
  /** Adds what was lost since the last call. */
  count(): void;
}

/** Reasons for which a board loses events on their way to it. */
export type LossReason = 'late' | 'dropped';

/** Begins to count those reasons. */
export function boardLosses(
  link: Link,
  losses: Losses,
  reasons: readonly LossReason[],
): BoardLosses {
  let schedule: FpgaSchedule | undefined;
  /** What was counted before: of the run's own events, and of all. */
  const own = { late: 0, dropped: 0 };
  const all = { late: 0, dropped: 0 };
  let overflowed = 0;
  return {
    begin(begun) {
      schedule = begun;
      const { statistics } = link;
      for (const reason of reasons) {
        own[reason] = 0;
        all[reason] = statistics[reason] ?? 0;
      }
      overflowed = statistics.overflowed ?? 0;
    },
    count() {
      if (schedule === undefined) return;
      const { counts, handed } = schedule;
      const { statistics } = link;
      for (const reason of reasons) {
        const ownNow = counts[reason];
        const allNow = statistics[reason] ?? 0;
        if (ownNow !== undefined) losses.add(reason, ownNow - own[reason]);
        else if (handed > 0) losses.add(reason, allNow - all[reason]);
        own[reason] = ownNow ?? 0;
        all[reason] = allNow;
      }
      losses.add('overflowed', (statistics.overflowed ?? 0) - overflowed);
      overflowed = statistics.overflowed ?? 0;
    },
  };
}
