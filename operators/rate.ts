/** The operator `rate`: how many events there are. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { SignalRaster } from '../src/events/spike-raster.ts';
import { type RateConfig, rateFilter } from '../src/filters/rate.ts';
import { type EventOperator, filtering, hasSteps } from './filtering.ts';

/**
 * Measures the rate of a stream, events per second in bins of `dt`. A packet whose `until` completes bins gives a chunk
 * of them; the end of the stream gives the bin that has begun. Events before the open bin are counted, as `late` or
 * `before` the start.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([5, 6], [0, 0], channels(1), 1000)).pipe(
 *   rate({ dt: 1e-3 }),
 *   map(({ values }) => values[0]),
 * ); // emits 2000
 * ```
 */
export function rate(config: RateConfig): EventOperator<AerPacket, SignalRaster> {
  return filtering(config, rateFilter, hasSteps);
}
