/** The operator that runs DYNAP-SE2 neurons. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { type DynapSe2Config, dynapSe2 } from '../src/stages/dynap-se2/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Runs DYNAP-SE2 neurons with their four dendrites, as the stage `dynapSe2` does. Chunks that come in hold weighted
 * input in units of `Iscale`, `[steps × 4·neurons]`: all AMPA dendrites first, then GABA, NMDA and SHUNT. Chunks that
 * come out hold spike counts, `[steps × neurons]`. Each subscription starts at rest. State is kept from chunk to chunk;
 * a gap between two chunks is silence, in which time passes. Errors with a `DataError` if a chunk has another width or
 * `dt`, starts before the last one has ended, or holds values that are not finite.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * import { applyDynapSe2, applyLinear } from 'spikeline/operators';
 *
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(
 *   applyLinear({ weight: ampaGaba([[4], [4]]) }),
 *   applyDynapSe2({ neurons: 1 }),
 * );
 * ```
 */
export function applyDynapSe2(
  config: DynapSe2Config,
  options: ApplyOptions = {},
): AppliedStage<SignalRaster, SpikeRaster> {
  return applyStage(dynapSe2(config), options);
}
