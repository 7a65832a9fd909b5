/** The source `fromRaster`: a raster, replayed in chunks. */
import type { Observable, SchedulerLike } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { binStart } from '../src/events/bins.ts';
import { rasterProblems, type SpikeRaster } from '../src/events/spike-raster.ts';
import {
  having,
  number,
  type OptionTable,
  optionProblems,
  readItem,
  readOnce,
} from '../src/options.ts';
import { within } from '../src/problems.ts';
import { paced } from './paced.ts';

/** Configuration of {@link fromRaster}. */
export interface FromRasterConfig {
  /** Steps of each chunk; the whole raster at once if left out. */
  readonly chunkSteps?: number;
  /** Keeps time: each chunk is emitted when its last bin is over. As fast as it can if left out. */
  readonly clock?: SchedulerLike;
}

/** What the options of replaying must be. */
export const fromRasterTable: OptionTable<FromRasterConfig> = {
  chunkSteps: number({ min: 1, whole: true }),
  clock: having('a scheduler', 'now', 'schedule'),
};

/**
 * Replays a raster in chunks, then completes.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const raster = spikeRaster({ channels: 1, dt: 1e-3, counts: [0, 1, 0, 1] });
 * fromRaster(raster, { chunkSteps: 2 }).pipe(map(({ startTime }) => startTime)); // emits 0, 2000
 * ```
 */
export function fromRaster(
  raster: SpikeRaster,
  config: FromRasterConfig = {},
): Observable<SpikeRaster> {
  config = readOnce(config, fromRasterTable);
  raster = readItem(raster);
  const problems = [
    ...within('raster', rasterProblems(raster)),
    ...optionProblems(config, fromRasterTable),
  ];
  if (problems.length > 0) {
    throw new InvalidArgumentError('this raster cannot be replayed', problems);
  }
  const { chunkSteps = Math.max(1, raster.steps), clock } = config;
  const { steps, channels, dt, startTime, counts } = raster;
  const endOf = (index: number): number => Math.min(steps, (index + 1) * chunkSteps);
  return paced({
    count: Math.ceil(steps / chunkSteps),
    itemAt(index) {
      const first = index * chunkSteps;
      const end = endOf(index);
      return {
        steps: end - first,
        channels,
        dt,
        startTime: binStart(first, dt, startTime),
        counts: counts.subarray(first * channels, end * channels),
      };
    },
    dueAt: (index) => (binStart(endOf(index), dt, startTime) - startTime) / 1000,
    clock,
  });
}
