/** The operator that multiplies spikes by weights. */
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { type LinearConfig, linear } from '../src/stages/linear/definition.ts';
import { type AppliedStage, type ApplyOptions, applyStage } from './apply-stage.ts';

/**
 * Multiplies each time bin by a matrix of weights: out[post] = Σ weight[pre][post]·in[pre], plus the bias of each
 * output. `[steps × pre]` becomes `[steps × post]`. Errors with a `DataError` if a chunk has another width, a grid that
 * cannot be, or values that are not finite.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * import { applyLinear } from 'spikeline/operators';
 *
 * const raster = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 2] });
 * fromRaster(raster).pipe(
 *   applyLinear({ weight: [[1], [10]] }),
 *   map(({ values }) => values[0]),
 * ); // emits 21
 * ```
 */
export function applyLinear(
  config: LinearConfig,
  options: ApplyOptions = {},
): AppliedStage<SpikeRaster, SignalRaster> {
  return applyStage(linear(config), options);
}
