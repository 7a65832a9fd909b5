import {
  asapScheduler,
  concat,
  defer,
  map,
  type Observable,
  type SchedulerLike,
  scheduled,
  timer,
} from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { binStart } from '../src/events/convert.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';

/** Configuration of {@link fromRaster}. */
export interface FromRasterConfig {
  /** Steps of each chunk; the whole raster at once where left out. */
  readonly chunkSteps?: number;
  /** Keeps time: each chunk is emitted when its last bin is over. As fast as it can where left out. */
  readonly clock?: SchedulerLike;
}

/** Cuts `raster` into chunks of at most `chunkSteps`. */
function chunksOf(raster: SpikeRaster, chunkSteps: number): SpikeRaster[] {
  const { steps, channels, dt, startTime, counts } = raster;
  return Array.from({ length: Math.ceil(steps / chunkSteps) }, (_, i) => {
    const from = i * chunkSteps;
    const to = Math.min(steps, from + chunkSteps);
    return {
      steps: to - from,
      channels,
      dt,
      startTime: startTime + binStart(from, dt),
      counts: counts.subarray(from * channels, to * channels),
    };
  });
}

/**
 * Replays a raster in chunks, then completes.
 *
 * @throws InvalidArgumentError where `chunkSteps` is not a whole number above zero
 * @example
 * ```ts
 * const raster = spikeRaster({ channels: 1, dt: 1e-3, counts: [0, 1, 0, 1] });
 * fromRaster(raster, { chunkSteps: 2 }); // two chunks
 * ```
 */
export function fromRaster(
  raster: SpikeRaster,
  config: FromRasterConfig = {},
): Observable<SpikeRaster> {
  const { chunkSteps = Math.max(1, raster.steps), clock } = config;
  if (!Number.isSafeInteger(chunkSteps) || chunkSteps < 1) {
    throw new InvalidArgumentError('this raster cannot be replayed', [
      `chunkSteps is ${chunkSteps}; a whole number above 0 is needed`,
    ]);
  }
  const chunks = chunksOf(raster, chunkSteps);
  if (clock === undefined) return scheduled(chunks, asapScheduler);
  return defer(() => {
    const begin = clock.now();
    const due = ({ startTime, steps, dt }: SpikeRaster): number =>
      begin + (startTime - raster.startTime) / 1000 + steps * dt * 1000;
    return concat(
      ...chunks.map((chunk) =>
        defer(() => timer(Math.max(0, due(chunk) - clock.now()), clock).pipe(map(() => chunk))),
      ),
    );
  });
}
