/** How a stage runs over all steps of all trials, and its gradient comes back. */
import type { Engine } from '../neurons/engine.ts';
import type { SparseSpikes } from '../neurons/learner.ts';
import type { NeuronParameters } from '../neurons/model-table.ts';

/** Values between two stages and the gradient on the way back, `[steps][trials][channels]`. */
export interface Activations {
  readonly values: Float64Array;
  readonly gradient: Float64Array;
  /** The same values as sparse rows, where they are the input of the pipeline. */
  readonly sparse?: SparseSpikes;
}

/** So many values, all zero. */
export function newActivations(size: number): Activations {
  return { values: new Float64Array(size), gradient: new Float64Array(size) };
}

/** What a stage is told when it is to be differentiated. */
export interface GradientContext {
  /** What computes neurons. */
  readonly engine: Engine;
  readonly steps: number;
  readonly trials: number;
  /** Its trainable matrix, row-major; empty if it has none. Live. */
  readonly weights: Float64Array;
  /** The gradient of that, to be added to. */
  readonly weightGradient: Float64Array;
  /** Whether it is stepped a few steps at a time, as in a loop. */
  readonly stepped: boolean;
}

/** A stage that runs over all steps, and back. */
export interface GradientStage {
  /** What leaves it; the gradient is there before `backward`. */
  readonly output: Activations;
  /** Takes the steps from `from` up to `to` of what enters, and fills what leaves. Begins at rest at step 0. */
  forward(from: number, to: number): void;
  /**
   * Takes the gradient on what leaves and fills that on what enters, from step `to - 1` down to `from`; adds to
   * the gradient of its weights. Begins with the last step.
   */
  backward(from: number, to: number): void;
  /** Uses other parameters of the same model; only neurons that are drawn with mismatch have it. */
  readonly setParameters?: (parameters: NeuronParameters) => void;
}
