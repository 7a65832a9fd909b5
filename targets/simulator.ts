/** The target `simulator`: runs a pipeline in process, on any machine, at any speed. */
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import { defaultEngine } from '../src/kernel/engine.ts';
import type { Engine } from '../src/neurons/engine.ts';
import { engineCheck } from '../src/neurons/engine.ts';
import { noteBuilt, type OptionTable, soundOptions } from '../src/options.ts';
import { binnedRun } from '../src/pipeline/binned-run.ts';
import { startPipeline } from '../src/pipeline/run.ts';
import { requestProblems } from '../src/pipeline/signals.ts';
import type { Target } from '../src/pipeline/target.ts';

/** Configuration of {@link simulator}. */
export interface SimulatorConfig {
  /** What computes the neurons; the kernel if left out. */
  readonly engine?: Engine;
  /** Counts what no chunk holds; the target's own if left out. */
  readonly losses?: Losses;
}

/** The simulator as a target, with what no chunk holds. */
export interface SimulatorTarget extends Target {
  /** Spikes of the output in gaps between chunks (`unbinned`), as a chip counts them; gaps longer than a minute (`jumps`). */
  readonly losses: Losses;
}

const table: OptionTable<SimulatorConfig> = {
  engine: engineCheck,
  losses: lossesCheck,
};

/**
 * Makes the simulator a target. It runs each raster at once, and of packets all bins that are complete. It sees the
 * spikes of all populations and all states of neurons. A gap between two chunks is silence, in which time passes, for a
 * minute at most; spikes in it are counted in `losses`, and so are longer gaps.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * simulator().unsupported(pipeline(dynapSim({ neurons: 1 }))); // []
 * ```
 */
export function simulator(config: SimulatorConfig = {}): SimulatorTarget {
  config = soundOptions('this target cannot be made', config, table);
  const { engine = defaultEngine(), losses = lossCounter() } = config;
  return noteBuilt<SimulatorTarget>({
    name: 'simulator',
    losses,
    unsupported: (pipeline, request = {}) => requestProblems(pipeline, request),
    start(pipeline, observer, request = {}) {
      const { record } = request;
      const run = startPipeline(pipeline, engine, record === undefined ? {} : { record });
      let counted = 0;
      let jumped = 0;
      const process = {
        approach: run.approach,
        process(input: Parameters<typeof run.process>[0]) {
          const output = run.process(input);
          const { recorded, unbinned, jumps } = run;
          const [more, moreJumps] = [unbinned - counted, jumps - jumped];
          counted = unbinned;
          jumped = jumps;
          losses.add('unbinned', more);
          losses.add('jumps', moreJumps);
          return record === undefined ? [output] : record.map((name) => recorded[name]!);
        },
        reset() {
          run.reset();
          counted = 0;
          jumped = 0;
        },
        // Nobody asks for its state any more.
        stop: () => run.reset(),
      };
      return binnedRun(pipeline, process, observer, request);
    },
  });
}
