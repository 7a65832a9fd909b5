import { defer, map, type OperatorFunction } from 'rxjs';
import type { SignalRaster, SpikeRaster } from '../src/events/spike-raster.ts';
import { defaultEngine } from '../src/kernel/engine.ts';
import type { Engine } from '../src/neurons/engine.ts';
import { weightedRun } from '../src/pipeline/weighted-run.ts';
import {
  type DynapSimConfig,
  type DynapSimStage,
  dynapSim as dynapSimStage,
} from '../src/stages/dynap-sim/definition.ts';
import { checkedStage } from '../src/stages/stage.ts';

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
): OperatorFunction<SignalRaster, SpikeRaster> {
  const { engine = defaultEngine(), ...given } = config;
  const stage = checkedStage(dynapSimStage(given), 'dynapSim') as DynapSimStage;
  const { channelsOut: neurons, parameters, recurrent, dt } = stage;
  return (source) =>
    defer(() => {
      const layer = engine.layer(parameters, { dt, recurrent: recurrent?.values });
      const silence = new Float64Array(neurons);
      const run = weightedRun(stage, {
        pass(steps) {
          for (let t = 0; t < steps; t++) layer.step(silence);
        },
        run: (values, counts) => layer.run(values, counts),
      });
      return source.pipe(map(run));
    });
}
