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

/**
 * Emits Poisson noise in chunks. Every subscription sees the same noise.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * poisson({ channels: 60, rate: 50, duration: 1, seed: 3 }); // ten chunks of 100 steps
 * ```
 */
export function poisson(config: PoissonSourceConfig): Observable<SpikeRaster> {
  const { duration = Number.POSITIVE_INFINITY, chunkSteps = 100, clock, ...noise } = config;
  const { dt = 1e-3, startTime = 0 } = noise;
  if (!Number.isSafeInteger(chunkSteps) || chunkSteps < 1) {
    throw new InvalidArgumentError('this noise cannot be drawn', [
      `chunkSteps is ${chunkSteps}; a whole number above 0 is needed`,
    ]);
  }
  const chunkAt = (index: number): SpikeRaster => {
    const steps = Math.min(chunkSteps, Math.round(duration / dt) - index * chunkSteps);
    const at = startTime + binStart(index * chunkSteps, dt);
    return poissonRaster({ ...noise, duration: steps * dt, startTime: at, labels: [index] });
  };
  chunkAt(0);
  return new Observable((subscriber) => {
    const scheduler = clock ?? asapScheduler;
    const begin = scheduler.now();
    let index = 0;
    const delayOf = (next: number): number =>
      clock === undefined
        ? 0
        : Math.max(0, begin + binStart((next + 1) * chunkSteps, dt) / 1000 - clock.now());
    return scheduler.schedule(function () {
      if (index * chunkSteps >= Math.round(duration / dt)) {
        subscriber.complete();
        return;
      }
      subscriber.next(chunkAt(index++));
      this.schedule(undefined, delayOf(index));
    }, delayOf(0));
  });
}
