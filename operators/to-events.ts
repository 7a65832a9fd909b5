import { map, type OperatorFunction } from 'rxjs';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { rasterToEvents } from '../src/events/convert.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';

/**
 * Turns each raster into a packet of address-events: a count c becomes c events spread over its bin.
 *
 * @example
 * ```ts
 * poisson({ channels: 60, rate: 50, duration: 1, seed: 0 }).pipe(toEvents());
 * ```
 */
export function toEvents(): OperatorFunction<SpikeRaster, AerPacket> {
  return map(rasterToEvents);
}
