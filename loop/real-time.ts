/** How loops and metronomes keep real time. */
import { awakeClock, type Clock, monotonic } from '../src/clock.ts';
import { DeviceError } from '../src/errors.ts';
import { type Collector, machineCollector } from '../src/loop/garbage.ts';
import { type LagPolicy, lagPolicies } from '../src/loop/ticker.ts';
import { having, number, type OptionTable } from '../src/options.ts';

/** How real time is kept. */
export interface RealTime {
  /**
   * What becomes of steps that are late by a whole step or more. `skip` (if left out): they are left out. `catchUp`: they are made up for, one
   * right after the other. `stop`: the first of them is an error.
   */
  readonly policy?: LagPolicy;
  /**
   * Share of a core, from 0 to 1, that may be spent on staying awake before each step, for a millisecond at most; 0.2 if left out. More is
   * more exact. Only for the machine's own clock.
   */
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

/** Real time as it is kept, whatever was left out. */
export interface KeptTime {
  readonly policy: LagPolicy;
  readonly clock: Clock;
  /** Collects garbage where it disturbs least; not with a clock that was given, which may be a test's. */
  readonly collector: Collector | undefined;
}

/** Says how real time is kept in steps of `dt` seconds. */
export function keptTime(dt: number, { policy = 'skip', spin = 0.2, clock }: RealTime): KeptTime {
  const own = clock === undefined;
  return {
    policy,
    collector: own ? machineCollector() : undefined,
    clock: own ? awakeClock(Math.min(1, spin * dt * 1000)) : monotonic(clock),
  };
}

/** What ends whoever may not fall behind. */
export function fellBehind(step: number, behind: number): DeviceError {
  return new DeviceError(
    'timed-out',
    `step ${step} comes ${behind} steps late; make the step longer, do less in it, or choose the policy skip or catchUp`,
  );
}
