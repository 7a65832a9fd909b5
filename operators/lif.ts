import { defer, map, type OperatorFunction } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { chunkEnd } from '../src/events/convert.ts';
import type { SpikeRaster, WeightedRaster } from '../src/events/spike-raster.ts';
import { checkWeighted } from '../src/pipeline/run.ts';
import { integrationRun } from '../src/pipeline/runs/integration.ts';
import { buildStage, stageProblems } from '../src/pipeline/stage.ts';
import { type LifConfig, type LifStage, lif as lifStage } from '../src/pipeline/stages/lif.ts';

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
export function lif(config: LifConfig): OperatorFunction<WeightedRaster, SpikeRaster> {
  const definition = lifStage(config);
  const name = config.name ?? 'lif';
  const problems = stageProblems(definition, name);
  if (problems.length > 0) throw new InvalidArgumentError('this stage cannot be built', problems);
  const stage = buildStage(definition, name) as LifStage;
  const { channelsOut: neurons, dt } = stage;
  return (source) =>
    defer(() => {
      const population = integrationRun(stage, sliceSteps);
      const silence = new Float64Array(sliceSteps * neurons);
      let reached: number | undefined;
      return source.pipe(
        map((chunk) => {
          checkWeighted(chunk, stage, reached);
          const { steps, channels, startTime, values } = chunk;
          const gap = startTime - (reached ?? startTime);
          for (let left = Math.round(gap / (dt * 1e6)); left > 0; left -= sliceSteps) {
            population.run(silence, Math.min(left, sliceSteps));
          }
          const counts = new Uint32Array(steps * neurons);
          for (let t = 0; t < steps; t += sliceSteps) {
            const slice = Math.min(sliceSteps, steps - t);
            population.run(values.subarray(t * neurons, (t + slice) * neurons), slice);
            counts.set(population.output.subarray(0, slice * neurons), t * neurons);
          }
          reached = chunkEnd(chunk);
          return { steps, channels, dt: chunk.dt, startTime, counts };
        }),
      );
    });
}
