/** The operator `rateDecode`: firing rates. */
import type { SignalRaster } from '../src/events/spike-raster.ts';
import { type RateDecodeConfig, rateDecoder, type Spikes } from '../src/filters/rate-decode.ts';
import type { RowDecoder } from '../src/filters/rows.ts';
import { type EventOperator, filteringRows, hasSteps } from './filtering.ts';

/**
 * Follows the firing rate of each channel, Hz. Spikes are forgotten with the time constant `tau`, or counted over the
 * last `window`. A raster gives a row for each bin, `[steps × channels]`; a packet gives a row for each bin of `dt` that
 * its `until` completes.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 1, 0] })).pipe(
 *   rateDecode({ window: 2e-3 }),
 *   map(({ values }) => [...values]),
 * ); // emits [500, 1000, 500]
 * ```
 */
export function rateDecode(
  config: RateDecodeConfig,
): EventOperator<Spikes, SignalRaster> & RowDecoder {
  return filteringRows(config, rateDecoder, hasSteps);
}
