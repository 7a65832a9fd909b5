import { Observable, type OperatorFunction } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import type { SpikeRaster, WeightedRaster } from '../src/events/spike-raster.ts';
import { type Engine, referenceEngine } from '../src/neuron/engine.ts';
import { checkGrid } from '../src/pipeline/run.ts';
import {
  buildStage,
  type DynapSimConfig,
  type DynapSimStage,
  dynapSim as dynapSimStage,
  stageProblems,
} from '../src/pipeline/stage.ts';

/** Configuration of {@link dynapSim}. */
export interface DynapSimOperatorConfig extends DynapSimConfig {
  /** What computes the neurons; the reference where left out. */
  readonly engine?: Engine;
}

/**
 * Lets a population of DynapSim neurons run on weighted input. It starts at rest with each
 * subscription and keeps its state from chunk to chunk. Errors with a `DataError` where a chunk has
 * another width or `dt`.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(
 *   linear({ weight: [[4], [4]] }),
 *   dynapSim({ neurons: 1 }),
 * );
 * ```
 */
export function dynapSim(
  config: DynapSimOperatorConfig,
): OperatorFunction<WeightedRaster, SpikeRaster> {
  const { engine = referenceEngine, ...given } = config;
  const definition = dynapSimStage(given);
  const name = config.name ?? 'dynapSim';
  const problems = stageProblems(definition, name);
  if (problems.length > 0) throw new InvalidArgumentError('this stage cannot be built', problems);
  const stage = buildStage(definition, name) as DynapSimStage;
  const { channelsOut: neurons, parameters, recurrent, dt } = stage;
  return (source) =>
    new Observable((subscriber) => {
      const layer = engine.layer(parameters, recurrent?.values, dt);
      return source.subscribe({
        next(chunk) {
          try {
            checkGrid(chunk, stage);
          } catch (cause) {
            subscriber.error(cause);
            return;
          }
          const { steps, channels, startTime, values } = chunk;
          const counts = new Uint32Array(steps * neurons);
          for (let t = 0; t < steps; t++) {
            counts.set(layer.step(values.subarray(t * neurons, (t + 1) * neurons)), t * neurons);
          }
          subscriber.next({ steps, channels, dt: chunk.dt, startTime, counts });
        },
        error: (cause) => subscriber.error(cause),
        complete: () => subscriber.complete(),
      });
    });
}
