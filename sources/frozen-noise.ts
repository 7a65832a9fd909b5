import type { Observable } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
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
 * frozenNoise({ channels: 60, rate: 50, duration: 0.5, seed: 0, pattern: 1 }).pipe(
 *   map(({ steps }) => steps),
 * ); // emits 500
 * ```
 */
export function frozenNoise(config: FrozenNoiseConfig): Observable<SpikeRaster> {
  const { pattern = 0, chunkSteps, clock, ...noise } = config;
  const problems: string[] = [];
  if (chunkSteps !== undefined && (!Number.isSafeInteger(chunkSteps) || chunkSteps < 1)) {
    problems.push(`chunkSteps is ${chunkSteps}; a whole number above 0 is needed`);
  }
  try {
    const raster = poissonRaster({ ...noise, labels: ['frozen', pattern] });
    if (problems.length === 0) {
      return fromRaster(raster, {
        ...(chunkSteps === undefined ? {} : { chunkSteps }),
        ...(clock === undefined ? {} : { clock }),
      });
    }
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    problems.push(...cause.reasons);
  }
  throw new InvalidArgumentError('this noise cannot be drawn', problems);
}
