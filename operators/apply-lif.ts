/** The operator that runs leaky integrate-and-fire neurons. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { type LifConfig, lif } from '../src/stages/lif/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Runs leaky integrate-and-fire neurons, as the stage `lif` does. Chunks that come in hold weighted input, `[steps ×
 * neurons]`; chunks that come out hold spike counts, `[steps × neurons]`. Each subscription starts at rest. State is
 * kept from chunk to chunk; a gap between two chunks is silence, in which time passes. Errors with a `DataError` if a
 * chunk has another width or `dt`, starts before the last one has ended, or holds values that are not finite.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * import { applyLif, applyLinear } from 'spikeline/operators';
 *
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(
 *   applyLinear({ weight: [[20], [20]] }),
 *   applyLif({ neurons: 1, tauMem: 20e-3, tauSyn: 10e-3 }),
 * );
 * ```
 */
export function applyLif(
  config: LifConfig,
  options: ApplyOptions = {},
): AppliedStage<SignalRaster, SpikeRaster> {
  return applyStage(lif(config), options);
}
