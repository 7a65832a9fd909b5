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

/** The clock of the machine: monotonic, with timers of the event loop. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(work, delay = 0) {
    const timer = setTimeout(work, delay);
    return { unsubscribe: () => clearTimeout(timer) };
  },
};
