/** The operator `rateEncode`: numbers become spike rates. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { type RateEncodeConfig, rateEncoder } from '../src/filters/rate-encode.ts';
import type { RowEncoder } from '../src/filters/rows.ts';
import { type EventOperator, filteringRows } from './filtering.ts';

/**
 * Turns numbers over time into the spikes of populations, `neurons` for each value, whose rates grow with it or depend
 * on how near it is: `[steps × values]` becomes `[steps × values·neurons]`. Values out of range are counted as
 * `clipped`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const signal = { steps: 4, channels: 1, dt: 1e-3, startTime: 0, values: Float64Array.of(1, 1, 0.5, 0.5) };
 * of(signal).pipe(
 *   rateEncode({ range: [0, 1], neurons: 1, rate: 1000 }),
 *   map(({ counts }) => [...counts]),
 * ); // emits [1, 1, 0, 1]
 * ```
 */
export function rateEncode(
  config: RateEncodeConfig,
): EventOperator<SignalRaster, SpikeRaster> & RowEncoder {
  return filteringRows(config, rateEncoder);
}
