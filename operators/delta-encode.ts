/** The operator `deltaEncode`: changes become spikes. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { type DeltaEncodeConfig, deltaEncoder } from '../src/filters/delta-encode.ts';
import type { RowEncoder } from '../src/filters/rows.ts';
import { type EventOperator, filteringRows } from './filtering.ts';

/**
 * Turns the changes of n numbers over time into spikes of 2·n channels: channel k spikes when value k has risen by `threshold`, channel
 * n + k when it has fallen by as much.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const signal = { steps: 3, channels: 1, dt: 1e-3, startTime: 0, values: Float64Array.of(0, 2.5, 1) };
 * of(signal).pipe(
 *   deltaEncode({ threshold: 1 }),
 *   map(({ counts }) => [...counts]),
 * ); // emits [0, 0, 2, 0, 0, 1]
 * ```
 */
export function deltaEncode(
  config: DeltaEncodeConfig,
): EventOperator<SignalRaster, SpikeRaster> & RowEncoder {
  return filteringRows(config, deltaEncoder);
}
