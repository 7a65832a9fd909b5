import { defer, map, type OperatorFunction } from 'rxjs';
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { referenceEngine } from '../src/neurons/engine.ts';
import { weightedRun } from '../src/pipeline/weighted-run.ts';
import { type LifConfig, type LifStage, lif as lifStage } from '../src/stages/lif/definition.ts';
import { populationRun } from '../src/stages/population-run.ts';
import { checkedStage } from '../src/stages/stage.ts';

/** Steps that are worked out at a time. */
const sliceSteps = 256;

/**
 * Lets a population of leaky integrate-and-fire neurons run on weighted input, in float64, as the
 * stage of that name does. It starts at rest with each subscription and keeps its state from chunk to
 * chunk; a gap between two chunks is silence, in which time passes. Errors with a `DataError` where a
 * chunk has another width or `dt`, starts before the last one has ended, or holds values that are not
 * finite.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * import { lif, linear } from 'spikeline/operators';
 *
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(
 *   linear({ weight: [[20], [20]] }),
 *   lif({ neurons: 1, tauMem: 20e-3, tauSyn: 10e-3 }),
 * );
 * ```
 */
export function lif(config: LifConfig): OperatorFunction<SignalRaster, SpikeRaster> {
  const stage = checkedStage(lifStage(config), 'lif') as LifStage;
  const { channelsOut: neurons } = stage;
  return (source) =>
    defer(() => {
      const population = populationRun(stage, referenceEngine, sliceSteps);
      const silence = new Float64Array(sliceSteps * neurons);
      const run = weightedRun(stage, {
        pass(steps) {
          for (let left = steps; left > 0; left -= sliceSteps) {
            population.run(silence, Math.min(left, sliceSteps));
          }
        },
        run(values, counts) {
          for (let at = 0; at < values.length; at += silence.length) {
            const slice = values.subarray(at, at + silence.length);
            population.run(slice, slice.length / neurons);
            counts.set(population.output.subarray(0, slice.length), at);
          }
        },
      });
      return source.pipe(map(run));
    });
}
