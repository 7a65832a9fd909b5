import { asapScheduler, Observable, type SchedulerLike } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { binStart } from '../src/events/convert.ts';
import { type PoissonConfig, poissonRaster } from '../src/events/poisson.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';

/** Configuration of {@link poisson}. */
export interface PoissonSourceConfig extends Omit<PoissonConfig, 'duration' | 'labels'> {
  /** Length, seconds; endless where left out. */
  readonly duration?: number;
  /** Steps of each chunk; 100 where left out. */
  readonly chunkSteps?: number;
  /** Keeps time: each chunk is emitted when its last bin is over. As fast as it can where left out. */
  readonly clock?: SchedulerLike;
}

/** Chunks after which timers, and so whoever wants to stop the noise, get a turn. */
const chunksPerTurn = 32;

/**
 * Emits Poisson noise in chunks. Every subscription sees the same noise.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * poisson({ channels: 60, rate: 50, duration: 0.25, seed: 3 }).pipe(
 *   map(({ steps }) => steps),
 * ); // emits 100, 100, 50
 * ```
 */
export function poisson(config: PoissonSourceConfig): Observable<SpikeRaster> {
  const { duration = Number.POSITIVE_INFINITY, chunkSteps = 100, clock, ...noise } = config;
  const { dt = 1e-3, startTime = 0 } = noise;
  const problems: string[] = [];
  if (!Number.isSafeInteger(chunkSteps) || chunkSteps < 1) {
    problems.push(`chunkSteps is ${chunkSteps}; a whole number above 0 is needed`);
  }
  if (!(duration >= 0)) problems.push(`duration is ${duration} s; at least 0 is needed`);
  try {
    poissonRaster({ ...noise, duration: dt });
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    problems.push(...cause.reasons);
  }
  if (problems.length > 0) throw new InvalidArgumentError('this noise cannot be drawn', problems);

  const total = Math.round(duration / dt);
  /** First step after chunk `index`. */
  const endOf = (index: number): number => Math.min(total, (index + 1) * chunkSteps);
  const chunkAt = (index: number): SpikeRaster => {
    const first = index * chunkSteps;
    const at = startTime + binStart(first, dt);
    const length = (endOf(index) - first) * dt;
    return poissonRaster({ ...noise, duration: length, startTime: at, labels: [index] });
  };
  return new Observable((subscriber) => {
    if (total === 0) {
      subscriber.complete();
      return undefined;
    }
    const scheduler = clock ?? asapScheduler;
    const begin = scheduler.now();
    let index = 0;
    const wait = (): number =>
      clock === undefined
        ? Number(index % chunksPerTurn === chunksPerTurn - 1)
        : Math.max(0, begin + binStart(endOf(index), dt) / 1000 - clock.now());
    return scheduler.schedule(function () {
      subscriber.next(chunkAt(index));
      if (endOf(index) === total) {
        subscriber.complete();
        return;
      }
      index++;
      this.schedule(undefined, wait());
    }, wait());
  });
}
