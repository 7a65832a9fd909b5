/** The operator that runs DynapSim neurons. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { type DynapSimConfig, dynapSim } from '../src/stages/dynap-sim/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Runs DynapSim neurons, as the stage `dynapSim` does. Chunks that come in hold weighted input in units of `Iscale`,
 * `[steps × neurons]`; chunks that come out hold spike counts, `[steps × neurons]`. Each subscription starts at rest.
 * State is kept from chunk to chunk; a gap between two chunks is silence, in which time passes. Errors with a
 * `DataError` if a chunk has another width or `dt`, starts before the last one has ended, or holds values that are not
 * finite.
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
