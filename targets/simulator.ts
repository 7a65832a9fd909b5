import { type Losses, lossCounter } from '../src/events/losses.ts';
import { defaultEngine } from '../src/kernel/engine.ts';
import type { Engine } from '../src/neurons/engine.ts';
import { startPipeline } from '../src/pipeline/run.ts';
import type { Target } from '../src/pipeline/target.ts';

/** Configuration of {@link simulator}. */
export interface SimulatorConfig {
  /** What computes the neurons; the kernel where left out. */
  readonly engine?: Engine;
  /** Counts what no chunk holds; the target's own where left out. */
  readonly losses?: Losses;
}

/** The simulator as a target, with what no chunk holds. */
export interface SimulatorTarget extends Target {
  /** Spikes in gaps between chunks (`unbinned`), as a chip counts them. */
  readonly losses: Losses;
}

/**
 * Makes the simulator a target: runs each chunk at once, on any machine, at any speed. A gap between
 * two chunks is silence, in which time passes; spikes in it are counted in `losses`.
 *
 * @example
 * ```ts
 * simulator().unsupported(pipeline(dynapSim({ neurons: 1 }))); // []
 * ```
 */
export function simulator(config: SimulatorConfig = {}): SimulatorTarget {
  const { engine = defaultEngine(), losses = lossCounter() } = config;
  return {
    name: 'simulator',
    losses,
    unsupported: () => [],
    start(pipeline, observer) {
      const run = startPipeline(pipeline, engine);
      let counted = 0;
      return {
        push(input) {
          try {
            const output = run.process(input);
            losses.add('unbinned', run.unbinned - counted);
            counted = run.unbinned;
            observer.next(output);
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
