/** The operator that turns values into spikes by comparison. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { type ThresholdConfig, threshold } from '../src/stages/threshold/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Gives one spike in each time bin in which a channel is above its threshold, `[steps × channels]`. Errors with a
 * `DataError` if a chunk has another width, a grid that cannot be, or values that are not finite.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * import { applyLinear, applyThreshold } from 'spikeline/operators';
 *
 * const raster = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 2] });
 * fromRaster(raster).pipe(
 *   applyLinear({ weight: [[1]] }),
 *   applyThreshold({ threshold: [1.5] }),
 *   map(({ counts }) => counts[1]),
 * ); // emits 1
 * ```
 */
export function applyThreshold(
  config: ThresholdConfig,
  options: ApplyOptions = {},
): AppliedStage<SpikeRaster | SignalRaster, SpikeRaster> {
  return applyStage(threshold(config), options);
}
