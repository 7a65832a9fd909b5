/** The operator that runs integrators. */
import type { SignalRaster } from '../src/events/spike-raster.ts';
import { type IntegratorConfig, integrator } from '../src/stages/integrator/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Runs integrators, as the stage `integrator` does. Chunks that come in hold weighted input, `[steps × neurons]`; chunks
 * that come out hold the potential of each neuron, without a unit, `[steps × neurons]`. Each subscription starts at
 * rest. State is kept from chunk to chunk; a gap between two chunks is silence, in which time passes. Errors with a
 * `DataError` if a chunk has another width or `dt`, starts before the last one has ended, or holds values that are not
 * finite.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * import { applyIntegrator, applyLinear } from 'spikeline/operators';
 *
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(
 *   applyLinear({ weight: [[20], [20]] }),
 *   applyIntegrator({ neurons: 1, resistance: 10 }),
 * );
 * ```
 */
export function applyIntegrator(
  config: IntegratorConfig,
  options: ApplyOptions = {},
): AppliedStage<SignalRaster, SignalRaster> {
  return applyStage(integrator(config), options);
}
