/** How loops and metronomes keep real time. */
import type { Clock } from '../src/clock.ts';
import { type LagPolicy, lagPolicies } from '../src/loop/ticker.ts';
import { having, number, type OptionTable } from '../src/options.ts';

/** How real time is kept. */
export interface RealTime {
  /**
   * What becomes of steps whose turn comes a whole step late or more: they are left out (`skip`, if left out), made up for one right after the
   * other (`catchUp`), or the first of them is an error (`stop`).
   */
  readonly policy?: LagPolicy;
  /** Share of the time that may be spent awake, waiting for the next step, from 0 to 1: the more, the more exact; 0.1 if left out. */
  readonly spin?: number;
  /** The clock; the machine's if left out. */
  readonly clock?: Clock;
}

/** Checks of {@link RealTime}. */
export const realTimeTable: OptionTable<RealTime> = {
  policy: lagPolicies,
  spin: number({ min: 0, max: 1 }),
  clock: having('a clock', 'now', 'schedule'),
};
