/** The operator that runs leaky integrators. */
import type { SignalRaster } from '../src/events/spike-raster.ts';
import { type LiConfig, li } from '../src/stages/li/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Runs leaky integrators, as the stage `li` does. Chunks that come in hold weighted input, `[steps × neurons]`; chunks
 * that come out hold the potential of each neuron, without a unit, `[steps × neurons]`. Each subscription starts at
 * rest. State is kept from chunk to chunk; a gap between two chunks is silence, in which time passes. Errors with a
 * `DataError` if a chunk has another width or `dt`, starts before the last one has ended, or holds values that are not
 * finite.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * import { applyLi, applyLinear } from 'spikeline/operators';
 *
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(
 *   applyLinear({ weight: [[20], [20]] }),
 *   applyLi({ neurons: 1, tauMem: 20e-3 }),
 * );
 * ```
 */
export function applyLi(
  config: LiConfig,
  options: ApplyOptions = {},
): AppliedStage<SignalRaster, SignalRaster> {
  return applyStage(li(config), options);
}
