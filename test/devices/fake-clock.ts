import type { Clock } from 'spikeline/devices';
import { settled } from '#test/support/test-clock';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Work that waits for its time. */
  readonly pending: number;
  /** Lets `milliseconds` pass and does the work that falls due, in the order of time. */
  advance(milliseconds: number): void;
  /** The same, letting promises settle in between. */
  pass(milliseconds: number): Promise<void>;
  /** Lets time pass as if the process had slept: what fell due meanwhile is done at the end. */
  sleep(milliseconds: number): void;
}

/** Makes a clock; it starts at a time that is no whole number, as clocks do. */
export function fakeClock(start = 1234.5): FakeClock {
  let now = start;
  let order = 0;
  const waiting: { time: number; order: number; work: () => void }[] = [];
  /** Does the next piece of work that is due by `end`; whether there was one. */
  const runNext = (end: number): boolean => {
    waiting.sort((a, b) => a.time - b.time || a.order - b.order);
    const next = waiting[0];
    if (next === undefined || next.time > end) return false;
    waiting.shift();
    now = Math.max(now, next.time);
    next.work();
    return true;
  };
  const runUntil = (end: number): void => {
    while (runNext(end));
    now = Math.max(now, end);
  };
  return {
    now: () => now,
    schedule(work, delay = 0) {
      const item = { time: now + delay, order: order++, work };
      waiting.push(item);
      return {
        unsubscribe() {
          const at = waiting.indexOf(item);
          if (at >= 0) waiting.splice(at, 1);
        },
      };
    },
    get pending() {
      return waiting.length;
    },
    advance: (milliseconds) => runUntil(now + milliseconds),
    async pass(milliseconds) {
      const end = now + milliseconds;
      await settled();
      while (runNext(end)) await settled();
      now = Math.max(now, end);
    },
    sleep(milliseconds) {
      now += milliseconds;
      runUntil(now);
    },
  };
}
