import { setAlarm } from './alarm.ts';
import { number, refuse } from './checks.ts';
import { within } from './problems.ts';
import { afterOthers } from './turns.ts';

/**
 * A clock that stages are given instead of reading the time. Any RxJS scheduler is one, so tests run
 * in virtual time.
 */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls `work` once after `delay` milliseconds, unless unsubscribed before. */
  schedule(work: () => void, delay?: number): { unsubscribe(): void };
}

/** The clock of the machine: monotonic, and exact to fractions of a millisecond where the machine can be. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule: (work, delay = 0) => setAlarm(work, delay),
};

const wakefulness = number({ min: 0, max: 1000, unit: 'milliseconds' });

/**
 * The clock of the machine, more exact or less: it stays awake for so long before each time. Machines that wake up late, as virtual ones do,
 * keep time with it where `systemClock`, which naps, does not.
 *
 * @param awake milliseconds in which a core is busy with waiting, for everything that is scheduled; 0 to 1000
 * @throws InvalidArgumentError if it is something else
 * @example
 * ```ts
 * // Work that comes every millisecond: a core is busy all the time.
 * virtualBoard({ realTime: true, clock: awakeClock(1) });
 * ```
 */
export function awakeClock(awake: number): Clock {
  refuse('no clock can be made', () => within('awake', wakefulness(awake)));
  const clock: Clock = {
    now: systemClock.now,
    schedule: (work, delay = 0) => setAlarm(work, delay, awake),
  };
  ours.add(clock);
  return clock;
}

/**
 * How to read a clock. The schedulers that RxJS makes for real time, such as `asyncScheduler`, read the wall clock, which
 * is set back and forth while the machine runs: they do so by the `now` of their class. The machine's own
 * clock is read in its place; virtual time stays as it is.
 */
export function timeOf(clock: Pick<Clock, 'now'>): () => number {
  const maker = clock.constructor as { readonly now?: unknown } | undefined;
  return maker?.now === clock.now ? systemClock.now : () => clock.now();
}

/** Clocks that are monotonic themselves. */
const ours = new WeakSet<Clock>([systemClock]);

/**
 * A clock that never goes back and does nothing within `schedule`, with the timers of the one that is given; the machine's if
 * none is.
 */
export function monotonic(clock: Clock = systemClock): Clock {
  if (ours.has(clock)) return clock;
  return { now: timeOf(clock), schedule: (work, delay) => scheduleLater(clock, work, delay) };
}

/** Schedules work that a scheduler such as `queueScheduler` would do at once, before anybody could take it back. */
function scheduleLater(clock: Clock, work: () => void, delay?: number): { unsubscribe(): void } {
  let returned = false;
  let turn: { unsubscribe(): void } | undefined;
  const action = clock.schedule(() => {
    if (returned) work();
    else turn = afterOthers(work);
  }, delay);
  returned = true;
  return turn ?? action;
}
