import { defer, map, type OperatorFunction } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { chunkEnd } from '../src/events/convert.ts';
import type { SpikeRaster, WeightedRaster } from '../src/events/spike-raster.ts';
import { defaultEngine } from '../src/kernel/engine.ts';
import type { Engine } from '../src/neuron/engine.ts';
import { checkWeighted } from '../src/pipeline/run.ts';
import { buildStage, stageProblems } from '../src/pipeline/stage.ts';
import {
  type DynapSimConfig,
  type DynapSimStage,
  dynapSim as dynapSimStage,
} from '../src/pipeline/stages/dynap-sim.ts';

/** Configuration of {@link dynapSim}. */
export interface DynapSimOperatorConfig extends DynapSimConfig {
  /** What computes the neurons; the kernel where left out. */
  readonly engine?: Engine;
}

/**
 * Lets a population of DynapSim neurons run on weighted input. It starts at rest with each
 * subscription and keeps its state from chunk to chunk; a gap between two chunks is silence, in which
 * time passes. Errors with a `DataError` where a chunk has another width or `dt`, starts before the
 * last one has ended, or holds values that are not finite.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * import { dynapSim, linear } from 'spikeline/operators';
 *
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(
 *   linear({ weight: [[4], [4]] }),
 *   dynapSim({ neurons: 1 }),
 * );
 * ```
 */
export function dynapSim(
  config: DynapSimOperatorConfig,
): OperatorFunction<WeightedRaster, SpikeRaster> {
  const { engine = defaultEngine(), ...given } = config;
  const definition = dynapSimStage(given);
  const name = config.name ?? 'dynapSim';
  const problems = stageProblems(definition, name);
  if (problems.length > 0) throw new InvalidArgumentError('this stage cannot be built', problems);
  const stage = buildStage(definition, name) as DynapSimStage;
  const { channelsOut: neurons, parameters, recurrent, dt } = stage;
  return (source) =>
    defer(() => {
      const layer = engine.layer(parameters, recurrent?.values, dt);
      const silence = new Float64Array(neurons);
      let reached: number | undefined;
      return source.pipe(
        map((chunk) => {
          checkWeighted(chunk, stage, reached);
          const { steps, channels, startTime, values } = chunk;
          const gap = startTime - (reached ?? startTime);
          for (let t = Math.round(gap / (dt * 1e6)); t > 0; t--) layer.step(silence);
          const counts = new Uint32Array(steps * neurons);
          layer.run(values, counts);
          reached = chunkEnd(chunk);
          return { steps, channels, dt: chunk.dt, startTime, counts };
        }),
      );
    });
}
