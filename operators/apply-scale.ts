/** The operator that multiplies each channel by a factor. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { type ScaleConfig, scale } from '../src/stages/scale/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Multiplies each channel by a factor of its own, in each time bin, `[steps × channels]`. Errors with a `DataError` if a
 * chunk has another width, a grid that cannot be, or values that are not finite.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * import { applyScale } from 'spikeline/operators';
 *
 * const raster = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 2] });
 * fromRaster(raster).pipe(
 *   applyScale({ scale: [3, 4] }),
 *   map(({ values }) => values[1]),
 * ); // emits 8
 * ```
 */
export function applyScale(
  config: ScaleConfig,
  options: ApplyOptions = {},
): AppliedStage<SpikeRaster | SignalRaster, SignalRaster> {
  return applyStage(scale(config), options);
}
