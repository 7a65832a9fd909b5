/** The operator `toEvents`: rasters become address-events. */

import { map, type OperatorFunction } from 'rxjs';
import { DataError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { rasterToEvents } from '../src/events/convert.ts';
import type { ChannelSpace } from '../src/events/space.ts';
import { rasterProblems, type SpikeRaster } from '../src/events/spike-raster.ts';
import { readItem } from '../src/options.ts';
import { problemText } from '../src/problems.ts';

/**
 * Turns each raster into a packet of address-events. A count c becomes c events spread over its bin, and `until` is the
 * end of the raster, so that silence is known too. Errors with a `DataError` if a raster has a grid that cannot be.
 *
 * @example
 * ```ts
 * poisson({ channels: 60, rate: 50, duration: 1, seed: 0 }).pipe(toEvents());
 * ```
 */
export function toEvents(): OperatorFunction<SpikeRaster, AerPacket<ChannelSpace>> {
  return map((given) => {
    const raster = readItem(given);
    const problems = rasterProblems(raster);
    if (problems.length > 0) throw new DataError(problems.map(problemText).join('; '));
    return rasterToEvents(raster);
  });
}
