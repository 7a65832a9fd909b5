/** The operator that holds each channel back. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { type DelayConfig, delay } from '../src/stages/delay/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Delays each channel by whole steps. Spikes stay spikes and values stay values, `[steps × channels]`. Each subscription
 * starts at rest. State is kept from chunk to chunk; a gap between two chunks is silence, in which time passes. Errors
 * with a `DataError` if a chunk has another width or `dt`, starts before the last one has ended, or holds values that
 * are not finite.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * import { applyDelay } from 'spikeline/operators';
 *
 * const raster = spikeRaster({ channels: 1, dt: 1e-3, counts: [3, 1, 0] });
 * fromRaster(raster).pipe(
 *   applyDelay({ channels: 1, delay: 1e-3 }),
 *   map(({ counts }) => counts[1]),
 * ); // emits 3
 * ```
 */
export function applyDelay<Raster extends SpikeRaster | SignalRaster>(
  config: DelayConfig,
  options: ApplyOptions = {},
): AppliedStage<Raster, Raster> {
  return applyStage(delay(config), options);
}
