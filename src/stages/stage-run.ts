/** How a stage runs on a slice of time. */
import type { Engine } from '../neurons/engine.ts';

/** What a stage is told when it starts to run. */
export interface RunContext {
  /** What computes neurons. */
  readonly engine: Engine;
  /** Steps of a slice at most. */
  readonly steps: number;
}

/** A stage that runs, reduced to what a slice of time needs. It reads its inputs where they were when it was made. */
export interface StageRun {
  /** Values that leave it, `steps × channels`; the next slice overwrites them. */
  readonly output: Float64Array;
  /** Takes the steps from `from` up to `to` of a slice; steps follow each other. */
  run(from: number, to: number): void;
  /**
   * Takes as many steps as `input` holds and writes what leaves to `output`, without copies on the way; absent if a
   * stage has no such way.
   */
  through?(input: Float64Array, output: Float64Array | Uint32Array): void;
  /** Goes back to rest. */
  reset(): void;
  /** States that can be read by name after a step; only neurons have any. */
  readonly signals?: readonly string[];
  /** Copies a state as it is after the last step, one value per neuron, to `into` from `at` on. */
  readSignal?(name: string, into: Float64Array, at: number): void;
}

/** Makes a stage without state that works out one step after the other. */
export function statelessRun(
  channelsOut: number,
  { steps }: RunContext,
  step: (output: Float64Array, at: number) => void,
): StageRun {
  const output = new Float64Array(steps * channelsOut);
  return {
    output,
    run(from, to) {
      for (let t = from; t < to; t++) step(output, t);
    },
    reset: () => {},
  };
}
