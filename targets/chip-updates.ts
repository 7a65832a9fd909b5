/** Changes of the chips behind a link in mid-run, whoever makes them, in the time of a stream. */
import type { FpgaSchedule } from '../src/devices/fpga-schedule.ts';
import type { Link, LinkUpdate } from '../src/devices/link.ts';
import { DeviceError } from '../src/errors.ts';
import type { TargetUpdate } from '../src/pipeline/target.ts';

/** Looks for changes of the chips. */
export interface UpdateWatch {
  /** Learns that the chips are configured, and by whom the stream is laid onto the board's clock. */
  begin(schedule: FpgaSchedule): void;
  /** Tells of the changes since the last look; of those before the stream began on the board, once it has. */
  look(): void;
}

/** Watches a link; `tell` learns of each change, oldest first. */
export function updateWatch(link: Link, tell: (update: TargetUpdate) => void): UpdateWatch {
  let schedule: FpgaSchedule | undefined;
  let resets = -1;
  let seen = 0;
  let last = Number.NEGATIVE_INFINITY;
  return {
    begin(next) {
      schedule = next;
      resets++;
      // What was changed before has been undone.
      seen = countOf(link);
    },
    look() {
      while (seen < countOf(link)) {
        const { time, delta } = changeOf(link, seen);
        const at = schedule?.streamTime(time);
        if (at === undefined) return;
        seen++;
        // Times of the stream never go back.
        last = Math.max(last, Math.round(at));
        tell({ time: last, resets, delta });
      }
    },
  };
}

const unreadable = (cause?: unknown): DeviceError =>
  new DeviceError('protocol', 'the updates of the link are none', { cause });

/** How many changes a link knows, read anew each time. */
function countOf(link: Link): number {
  let count: unknown;
  try {
    count = link.updates.length;
  } catch (cause) {
    throw unreadable(cause);
  }
  if (typeof count === 'number') return count;
  throw unreadable();
}

/** A change that a link knows. */
function changeOf(link: Link, at: number): LinkUpdate {
  let change: LinkUpdate;
  try {
    const { time, delta } = link.updates[at]!;
    change = { time, delta };
  } catch (cause) {
    throw unreadable(cause);
  }
  if (Number.isFinite(change.time)) return change;
  throw unreadable();
}
