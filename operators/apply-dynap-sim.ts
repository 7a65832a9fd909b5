/** The operator that runs DynapSim neurons. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { type DynapSimConfig, dynapSim } from '../src/stages/dynap-sim/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Lets DynapSim neurons run on weighted input, as the stage `dynapSim` does.
 * It starts at rest with each subscription and keeps its state from chunk to chunk; a gap between two chunks is
 * silence, in which time passes. Errors with a `DataError` where a chunk has another width or `dt`, starts before the
 * last one has ended, or holds values that are not finite.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * import { applyDynapSim, applyLinear } from 'spikeline/operators';
 *
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(
 *   applyLinear({ weight: [[4], [4]] }),
 *   applyDynapSim({ neurons: 1 }),
 * );
 * ```
 */
export function applyDynapSim(
  config: DynapSimConfig,
  options: ApplyOptions = {},
): AppliedStage<SignalRaster, SpikeRaster> {
  return applyStage(dynapSim(config), options);
}
