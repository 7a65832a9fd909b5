/** The source `frozenNoise`: noise that is the same each time. */
import type { Observable } from 'rxjs';
import {
  type PoissonConfig,
  poissonNeeds,
  poissonRaster,
  poissonTable,
} from '../src/events/poisson.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { number, type OptionTable, soundOptions } from '../src/options.ts';
import { type FromRasterConfig, fromRaster, fromRasterTable } from './from-raster.ts';

/** Configuration of {@link frozenNoise}. */
export interface FrozenNoiseConfig extends Omit<PoissonConfig, 'labels'>, FromRasterConfig {
  /** Which of the patterns of one seed; 0 if left out. */
  readonly pattern?: number;
}

const { labels: _, ...noiseTable } = poissonTable;

const table: OptionTable<FrozenNoiseConfig> = {
  ...noiseTable,
  ...fromRasterTable,
  pattern: number(),
};

/**
 * Emits a pattern of frozen noise: Poisson noise that is the same each time.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * frozenNoise({ channels: 60, rate: 50, duration: 0.5, seed: 0, pattern: 1 }).pipe(
 *   map(({ steps }) => steps),
 * ); // emits 500
 * ```
 */
export function frozenNoise(config: FrozenNoiseConfig): Observable<SpikeRaster> {
  config = soundOptions('this noise cannot be drawn', config, table, ...poissonNeeds);
  const { pattern = 0, chunkSteps, clock, ...noise } = config;
  const raster = poissonRaster({ ...noise, labels: ['frozen', pattern] });
  return fromRaster(raster, {
    ...(chunkSteps === undefined ? {} : { chunkSteps }),
    ...(clock === undefined ? {} : { clock }),
  });
}
