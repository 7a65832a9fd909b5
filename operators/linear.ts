import { map, type OperatorFunction } from 'rxjs';
import { DataError } from '../src/errors.ts';
import { rasterProblems, type SignalRaster, type SpikeRaster } from '../src/events/spike-raster.ts';
import { problem, problemText } from '../src/problems.ts';
import {
  type LinearConfig,
  type LinearStage,
  linear as linearStage,
} from '../src/stages/linear/definition.ts';
import { multiply } from '../src/stages/linear/run.ts';
import { checkedStage } from '../src/stages/stage.ts';

/**
 * Multiplies each time bin of spikes by a matrix of weights: out[post] = Σ weight[pre][post]·in[pre],
 * plus the bias of each.
 * Errors with a `DataError` where a raster has another width or a grid that cannot be.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * import { linear } from 'spikeline/operators';
 *
 * const raster = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 2] });
 * fromRaster(raster).pipe(
 *   linear({ weight: [[1], [10]] }),
 *   map(({ values }) => values[0]),
 * ); // emits 21
 * ```
 */
export function linear(config: LinearConfig): OperatorFunction<SpikeRaster, SignalRaster> {
  const stage = checkedStage(linearStage(config), 'linear') as LinearStage;
  const { name, channelsIn, channelsOut } = stage;
  return map((raster) => {
    const { steps, channels, dt, startTime, counts } = raster;
    const problems = rasterProblems(raster);
    if (channels !== channelsIn) {
      const needed = `${name} takes ${channelsIn} channels`;
      problems.push(problem('channels', 'wrong-shape', channels, needed));
    }
    if (problems.length > 0) throw new DataError(problems.map(problemText).join('; '));
    const values = new Float64Array(steps * channelsOut);
    const input = new Float64Array(channelsIn);
    for (let t = 0; t < steps; t++) {
      for (let c = 0; c < channelsIn; c++) input[c] = counts[t * channelsIn + c]!;
      multiply(stage, input, values.subarray(t * channelsOut, (t + 1) * channelsOut));
    }
    return { steps, channels: channelsOut, dt, startTime, values };
  });
}
