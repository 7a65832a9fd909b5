/** Ticks of a clock at even distances, and what becomes of those for which somebody was too slow. */
import type { Clock } from '../clock.ts';
import { oneOf } from '../options.ts';
import type { Collector } from './garbage.ts';

/**
 * What becomes of ticks whose turn comes a whole step late or more: they are left out (`skip`), made up for one right after
 * the other (`catchUp`), or the first of them is the end (`stop`).
 */
export type LagPolicy = 'skip' | 'catchUp' | 'stop';

/** Check of a {@link LagPolicy}. */
export const lagPolicies: ReturnType<typeof oneOf> = oneOf(['skip', 'catchUp', 'stop']);

/** What a ticker is told. */
export interface TickerConfig {
  /** Time between two ticks, seconds. */
  readonly dt: number;
  readonly policy: LagPolicy;
  readonly clock: Clock;
  /** Collects garbage between the ticks, if somebody is to. */
  readonly collector?: Collector | undefined;
}

/** Who is called. */
export interface TickerUser {
  /**
   * Takes a tick.
   *
   * @param tick its number, from 0 on
   * @param late how much after its time it is, milliseconds
   * @param behind whole steps that the clock is ahead of it: so many ticks were left out before it (`skip`), or it is so late itself (`catchUp`)
   */
  tick(tick: number, late: number, behind: number): void;
  /** Learns, under the policy `stop`, that a tick is so many whole steps late; nothing follows. */
  fell(tick: number, behind: number): void;
}

/**
 * Calls at even times, the first at once. Tick k is due k·dt after the first, whatever became of the others, so that nothing drifts; no more
 * than one waits at any time.
 *
 * @returns ends it
 */
export function startTicker(
  { dt, policy, clock, collector }: TickerConfig,
  user: TickerUser,
): () => void {
  const width = dt * 1000;
  let begin = Number.NaN;
  let next = 0;
  let stopped = false;
  let timer: { unsubscribe(): void } | undefined;
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    timer?.unsubscribe();
    collector?.leave();
  };
  const turn = (): void => {
    timer = undefined;
    const now = clock.now();
    if (next === 0) begin = now;
    // A clock that is exact may be a rounding error short of a whole step.
    const behind = Math.max(0, Math.floor((now - begin) / width - next + 1e-6));
    if (behind > 0 && policy === 'stop') {
      stop();
      user.fell(next, behind);
      return;
    }
    const tick = policy === 'skip' ? next + behind : next;
    next = tick + 1;
    user.tick(tick, Math.max(0, now - begin - tick * width), behind);
    if (stopped) return;
    collector?.between(begin + next * width - clock.now());
    timer = clock.schedule(turn, Math.max(0, begin + next * width - clock.now()));
  };
  collector?.enter();
  timer = clock.schedule(turn, 0);
  return stop;
}
