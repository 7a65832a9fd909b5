import type { Observable } from 'rxjs';
import { type PoissonConfig, poissonRaster } from '../src/events/poisson.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { type FromRasterConfig, fromRaster } from './from-raster.ts';

/** Configuration of {@link frozenNoise}. */
export interface FrozenNoiseConfig extends Omit<PoissonConfig, 'labels'>, FromRasterConfig {
  /** Which of the patterns of one seed; 0 where left out. */
  readonly pattern?: number;
}

/**
 * Emits a pattern of frozen noise: Poisson noise that is the same each time.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * frozenNoise({ channels: 60, rate: 50, duration: 0.5, seed: 0, pattern: 1 });
 * ```
 */
export function frozenNoise(config: FrozenNoiseConfig): Observable<SpikeRaster> {
  const { pattern = 0, chunkSteps, clock, ...noise } = config;
  return fromRaster(poissonRaster({ ...noise, labels: ['frozen', pattern] }), {
    ...(chunkSteps === undefined ? {} : { chunkSteps }),
    ...(clock === undefined ? {} : { clock }),
  });
}
