/** The operator that runs integrate-and-fire neurons. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import {
  type IntegrateAndFireConfig,
  integrateAndFire,
} from '../src/stages/integrate-and-fire/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Runs integrate-and-fire neurons, as the stage `integrateAndFire` does. Chunks that come in hold weighted input,
 * `[steps × neurons]`; chunks that come out hold spike counts, `[steps × neurons]`. Each subscription starts at rest.
 * State is kept from chunk to chunk; a gap between two chunks is silence, in which time passes. Errors with a
 * `DataError` if a chunk has another width or `dt`, starts before the last one has ended, or holds values that are not
 * finite.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * import { applyIntegrateAndFire, applyLinear } from 'spikeline/operators';
 *
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(
 *   applyLinear({ weight: [[20], [20]] }),
 *   applyIntegrateAndFire({ neurons: 1, resistance: 10 }),
 * );
 * ```
 */
export function applyIntegrateAndFire(
  config: IntegrateAndFireConfig,
  options: ApplyOptions = {},
): AppliedStage<SignalRaster, SpikeRaster> {
  return applyStage(integrateAndFire(config), options);
}
