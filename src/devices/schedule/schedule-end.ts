/** How a schedule on a link ends: once, by whoever stops it or by the first fault, which is told. */
import { DeviceError } from '../../errors.ts';
import { type Guard, guarding } from '../../guard.ts';
import type { HardwareEvents, Link } from '../link.ts';

/** What a schedule has to do with its end. */
export interface ScheduleEnd {
  /** Whether it is over. */
  readonly over: boolean;
  /** Does what others have a hand in, unless it is over: what they throw ends this schedule, and nothing else. */
  readonly guard: Guard;
  /** Ends the schedule with a cause, unless it is over. */
  fail(cause: unknown): void;
  /** Ends the schedule without one. */
  stop(): void;
}

/** What happens on the link of a schedule, and at its end. */
interface Told {
  /** Takes events of the board. */
  received(events: HardwareEvents): void;
  /** Lets go of all that the schedule holds. */
  ended(): void;
  /** Learns why it ended, if it was a fault. */
  failed(cause: unknown): void;
}

/** Listens to a link until the schedule is over. */
export function scheduleEnd(link: Link, told: Told): ScheduleEnd {
  let over = false;
  const stop = (): void => {
    over = true;
    told.ended();
    silence();
  };
  const fail = (cause: unknown): void => {
    if (over) return;
    stop();
    try {
      told.failed(cause);
    } catch {
      // Whoever was told has failed too; what it throws now has nobody to go to.
    }
  };
  const guard = guarding(() => over, fail);
  const silence = link.listen({
    events: (events) => guard(told.received, events),
    closed: (cause) =>
      fail(
        new DeviceError('disconnected', 'the link was closed in mid-run; open the board again', {
          cause,
        }),
      ),
  });
  return {
    get over() {
      return over;
    },
    guard,
    fail,
    stop,
  };
}
