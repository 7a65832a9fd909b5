/** The source `metronome`: ticks of a clock at even distances. */
import { Observable } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { binStart } from '../src/events/bins.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import { startTicker } from '../src/loop/ticker.ts';
import { number, type OptionTable, optionProblems, readOnce } from '../src/options.ts';
import { within } from '../src/problems.ts';
import { fellBehind, keptTime, type RealTime, realTimeTable } from './real-time.ts';

/** A tick of a {@link metronome}. */
export interface Tick {
  /** Its number, from 0 on. */
  readonly tick: number;
  /** When it is due, whole microseconds from the first. */
  readonly time: number;
  /** How much later it is, microseconds. */
  readonly late: number;
  /** Ticks that were left out right before it. */
  readonly missed: number;
}

/** Configuration of {@link metronome}. */
export interface MetronomeConfig extends RealTime {
  /** Ticks after which it completes; it never does if left out. */
  readonly ticks?: number;
  /** Counts ticks that were `missed`, or `late` by a whole one; the metronome's own if left out. */
  readonly losses?: Losses;
}

const table: OptionTable<MetronomeConfig> = {
  ...realTimeTable,
  ticks: number({ min: 1, whole: true, unit: 'ticks' }),
  losses: lossesCheck,
};

/** A metronome, with the ticks for which somebody was too slow. */
export type Metronome = Observable<Tick> & {
  /** Ticks left out under the policy `skip` (`missed`), or a whole tick or more late under `catchUp` (`late`). */
  readonly losses: Losses;
};

const ticksEvery = number({ min: 1e-4, max: 3600, unit: 'seconds (0.1 ms to an hour)' });

/**
 * Ticks in real time, at once and then every `dt`: tick k is due k·dt after the first, on a monotonic clock, so that
 * nothing drifts. `policy` says what becomes of ticks for which the subscriber is too slow; none ever waits in a queue.
 *
 * @param dt time between two ticks, seconds
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * metronome(1e-3, { ticks: 3, policy: 'catchUp' }).pipe(map(({ time }) => time)); // emits 0, 1000, 2000
 * ```
 */
export function metronome(dt: number, config: MetronomeConfig = {}): Metronome {
  config = readOnce(config, table);
  const problems = [...within('dt', ticksEvery(dt)), ...optionProblems(config, table)];
  if (problems.length > 0) throw new InvalidArgumentError('no time can be beaten', problems);
  const { losses = lossCounter(), ticks = Number.POSITIVE_INFINITY } = config;
  const ticking = new Observable<Tick>((subscriber) => {
    const kept = keptTime(dt, config);
    const skips = kept.policy === 'skip';
    return startTicker(
      { dt, ...kept },
      {
        tick(tick, late, behind) {
          if (skips) losses.add('missed', Math.min(behind, ticks - (tick - behind)));
          else if (behind > 0) losses.add('late', 1);
          if (tick < ticks) {
            const missed = skips ? behind : 0;
            subscriber.next({ tick, time: binStart(tick, dt), late: late * 1000, missed });
          }
          if (tick >= ticks - 1) subscriber.complete();
        },
        fell: (tick, behind) => subscriber.error(fellBehind(tick, behind)),
      },
    );
  });
  return Object.assign(ticking, { losses });
}
