import { type Engine, referenceEngine } from '../src/neuron/engine.ts';
import { startPipeline } from '../src/pipeline/run.ts';
import type { Target } from '../src/pipeline/target.ts';

/** Configuration of {@link simulator}. */
export interface SimulatorConfig {
  /** What computes the neurons; the reference where left out. */
  readonly engine?: Engine;
}

/**
 * Makes the simulator a target: runs each chunk at once, on any machine, at any speed. A gap between
 * two chunks is silence, in which time passes.
 *
 * @example
 * ```ts
 * simulator().unsupported(pipeline(dynapSim({ neurons: 1 }))); // []
 * ```
 */
export function simulator({ engine = referenceEngine }: SimulatorConfig = {}): Target {
  return {
    name: 'simulator',
    unsupported: () => [],
    start(pipeline, observer) {
      const run = startPipeline(pipeline, engine);
      return {
        push(input) {
          try {
            observer.next(run.process(input));
          } catch (cause) {
            observer.error(cause);
          }
        },
        end: () => observer.complete(),
        stop: () => {},
      };
    },
  };
}
