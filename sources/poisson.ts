/** The source `poisson`: noise in chunks, of any length. */
import type { Observable, SchedulerLike } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { binStart, startProblems } from '../src/events/bins.ts';
import { type PoissonConfig, poissonRaster, poissonTable } from '../src/events/poisson.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { stepsIn } from '../src/events/ticks.ts';
import { having, number, type OptionTable, optionProblems, readOnce } from '../src/options.ts';
import { within } from '../src/problems.ts';
import { paced } from './paced.ts';

/** Configuration of {@link poisson}. */
export interface PoissonSourceConfig extends Omit<PoissonConfig, 'duration' | 'labels'> {
  /** Length, seconds; endless if left out. */
  readonly duration?: number;
  /** Steps of each chunk; 100 if left out. */
  readonly chunkSteps?: number;
  /** Keeps time: each chunk is emitted when its last bin is over. As fast as it can if left out. */
  readonly clock?: SchedulerLike;
}

const { labels: _, ...noiseTable } = poissonTable;

const table: OptionTable<PoissonSourceConfig> = {
  ...noiseTable,
  duration: number({ min: 0, unit: 'seconds', infinite: true }),
  chunkSteps: number({ min: 1, whole: true }),
  clock: having('a scheduler', 'now', 'schedule'),
};

/**
 * Emits Poisson noise in chunks. Every subscription sees the same noise.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * poisson({ channels: 60, rate: 50, duration: 0.25, seed: 3 }).pipe(
 *   map(({ steps }) => steps),
 * ); // emits 100, 100, 50
 * ```
 */
export function poisson(config: PoissonSourceConfig): Observable<SpikeRaster> {
  config = readOnce(config, table);
  const problems = optionProblems(config, table, 'channels', 'rate', 'seed');
  if (problems.length === 0) {
    problems.push(...within('startTime', startProblems(config.startTime ?? 0, config.dt ?? 1e-3)));
  }
  if (problems.length > 0) throw new InvalidArgumentError('this noise cannot be drawn', problems);
  const { duration = Number.POSITIVE_INFINITY, chunkSteps = 100, clock, ...noise } = config;
  const { dt = 1e-3, startTime = 0 } = noise;
  const total = stepsIn(duration, dt);
  /** First step after chunk `index`. */
  const endOf = (index: number): number => Math.min(total, (index + 1) * chunkSteps);
  const chunkAt = (index: number): SpikeRaster => {
    const first = index * chunkSteps;
    const at = binStart(first, dt, startTime);
    const length = (endOf(index) - first) * dt;
    return poissonRaster({ ...noise, duration: length, startTime: at, labels: [index] });
  };
  return paced({
    count: Math.ceil(total / chunkSteps),
    itemAt: chunkAt,
    dueAt: (index) => (binStart(endOf(index), dt, startTime) - startTime) / 1000,
    clock,
  });
}
