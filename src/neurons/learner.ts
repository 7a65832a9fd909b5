/** The contract of a learner: whole epochs, done by an engine by itself. */
import type { NeuronParameters } from './model-table.ts';

/** Spikes as sparse rows: row r holds entries `starts[r]` to `starts[r + 1]`. */
export interface SparseSpikes {
  readonly starts: Uint32Array;
  /** Channel of each entry. */
  readonly columns: Uint32Array;
  /** Spikes of each entry. */
  readonly counts: Float64Array;
}

/** Silicon that is drawn anew while learning. */
export interface LearningMismatch {
  /** Standard deviation of a parameter, as a fraction of its value. */
  readonly sigma: number;
  readonly seed: number;
  /** Epochs after which it is drawn anew. */
  readonly every: number;
  /** The chip of a draw that each trial runs on. */
  readonly chips: Uint32Array;
}

/** One population of a network that learns. */
export interface LearningLayer {
  /** Neurons. */
  readonly neurons: number;
  /** Channels that the matrix before it takes; none if there is no matrix, and spikes enter as they are. */
  readonly rows?: number;
  /** What that matrix adds to each channel in every step, and is not learnt; nothing if left out. */
  readonly bias?: Float64Array;
  /** Whether it has recurrent weights. */
  readonly recurrent: boolean;
  /** Parameters of any model: one value per neuron, or one per trial and neuron, `[trials][neurons]`. */
  readonly parameters: NeuronParameters;
  /** Its number among the populations that silicon draws; none if it is not drawn. */
  readonly drawnAs?: number;
}

/** A loss in numbers. */
export type LearningLoss =
  | {
      readonly kind: 'squaredError';
      /** Wanted spikes of each sample, `[steps][neurons]`. */
      readonly targets: readonly ArrayLike<number>[];
      readonly silenceWeight: number;
    }
  | {
      readonly kind: 'rateCrossEntropy';
      /** Label of each sample. */
      readonly labels: readonly number[];
      readonly temperature: number;
    };

/** Steps on some of the samples each, which together make an epoch. */
export interface LearningBatches {
  /** Samples of a step. */
  readonly size: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Which samples the steps of an epoch take, step after step. */
  order(epoch: number): Uint32Array;
}

/** All that a learner needs to know. */
export interface LearningProblem {
  readonly steps: number;
  /**
   * Trials that are run side by side: trial k of a step runs sample k of it. Where there are more trials than samples, the
   * samples are run once more, on other chips.
   */
  readonly trials: number;
  /** Step, seconds. */
  readonly dt: number;
  /** Channels that enter. */
  readonly channels: number;
  /** Input spikes of each sample: row t is step t. */
  readonly inputs: readonly SparseSpikes[];
  /** All samples are taken at once where this is left out. */
  readonly batches?: LearningBatches;
  readonly layers: readonly LearningLayer[];
  readonly loss: LearningLoss;
  /**
   * Draws the populations that can be drawn anew as it learns, as `drawMismatch` does by the labels of the population, the
   * draw, and the chip, if it is not the first. The parameters are then those that neurons deviate from, one value per
   * neuron.
   */
  readonly mismatch?: LearningMismatch;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Weights at the start: of each layer its input matrix, then its recurrent one, row-major `[pre][post]`. */
  readonly weights: Float64Array;
  /** Least and greatest weights, same layout; no bounds if left out. */
  readonly min?: Float64Array;
  readonly max?: Float64Array;
}

/** What a learner keeps for every weight. */
export type WeightArray = 'weights' | 'gradient' | 'mean' | 'square';

/**
 * Trains a network by gradients through time and Adam. Numbers that it keeps are read and written as a
 * whole, row-major like the weights of the problem.
 */
export interface Learner {
  /** Loss of the last epoch, the mean over its steps, or of an evaluation. */
  readonly loss: number;
  /** A copy of what it keeps. */
  read(what: WeightArray): Float64Array;
  /** Replaces what it keeps. */
  write(what: WeightArray, values: Float64Array): void;
  /** What left the last layer in the last epoch or evaluation, `[steps][trials][neurons]`. */
  spikes(): Float64Array;
  /**
   * Which layers had currents beyond what it can hold, in any epoch since it was asked last. Left out where it holds all that is
   * finite.
   */
  beyond?(): readonly number[];
  /** Uses other parameters from the next epoch on, one set for each layer whose neurons have mismatch, in their order. */
  setParameters(parameters: readonly NeuronParameters[]): void;
  /**
   * Works out loss and gradient and leaves the weights. Silicon is that of the last epoch.
   *
   * @throws DataError if there are currents that it cannot hold
   */
  evaluate(): void;
  /**
   * Learns for as many epochs as there are rates, of which the first is epoch `first`, counted from zero; all steps of an
   * epoch have its rate.
   * Has done so when it returns, or, where threads do it, when what it returns resolves; rejects where one
   * dies, and is of no use then.
   */
  learn(first: number, rates: Float64Array): void | Promise<void>;
  /** Gives back all that it holds; it is of no use then. Resolves when all is given back. */
  close(): Promise<void>;
}
