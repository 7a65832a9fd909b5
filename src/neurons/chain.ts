/** The contract of a chain: populations one after the other, run by an engine as one. */
import type { PackedRaster } from '../events/sample-set.ts';
import type { Matrix } from '../matrix.ts';
import type { NeuronParameters } from './model-table.ts';

/** A population of a chain, and what brings spikes to it. */
export interface ChainLink {
  /** Name in messages. */
  readonly name: string;
  /** Neurons. */
  readonly neurons: number;
  /** Parameters of a model that the engine supports. */
  readonly parameters: NeuronParameters;
  /** Weights of what enters, `[pre][channel]`; where there are none, it enters as it is. */
  readonly weight?: Matrix;
  /** Added to the weighted input in every step, one value per channel. */
  readonly bias?: Float64Array;
  /** Recurrent weights `[pre][channel]`, acting one step later. */
  readonly recurrent?: Float64Array;
}

/** Populations that spike, one after the other. */
export interface ChainProblem {
  /** Step, seconds. */
  readonly dt: number;
  /** Channels that enter. */
  readonly channels: number;
  readonly links: readonly ChainLink[];
}

/** What a chain is made for. */
export interface ChainOptions {
  /** Trials that run side by side at most. */
  readonly trials: number;
}

/** A group of trials of a chain: each has states of its own. Numbers do not depend on what else is in it. */
export interface ChainGroup {
  /** Brings the first `trials` trials to rest. */
  rest(trials: number): void;
  /** Gives a trial the rows from `from` up to `to` of its input spikes, `[step][channel]`, and silence up to `steps` in all. */
  enter(trial: number, counts: Uint32Array, from: number, to: number, steps: number): void;
  /** Likewise, of spikes that are listed: to the last bit the same. */
  enterList(trial: number, packed: PackedRaster, from: number, to: number, steps: number): void;
  /** Runs the first `trials` trials through `steps` of the steps that they were given, from number `from` of these on. */
  run(trials: number, from: number, steps: number): void;
  /**
   * Refuses what came out of the last run where currents are beyond what the engine knows.
   *
   * @throws DataError that names the population
   */
  check(trials: number): void;
  /** Spikes of a population in the last run, `[step][neuron]`, if they were to be kept; the next run overwrites them. */
  spikes(link: number, trial: number): Uint32Array;
  /** Its weighted input without the recurrence, `[step][channel]`, likewise. */
  entered(link: number, trial: number): Float32Array;
  /** Says of which populations spikes and input are to be kept; the spikes of the last one are at first. */
  keep(link: number, spikes: boolean, entered: boolean): void;
  /** Copies a state of a population after the last step, one value per neuron, to `into` from `at` on. */
  readSignal(link: number, trial: number, name: string, into: Float64Array, at: number): void;
  /** Puts the states of the first trial aside, into an array of before if one is given. */
  save(into?: Float32Array): Float32Array;
  /** Goes on with them. */
  load(states: Float32Array): void;
}

/** A chain that is ready to run. */
export interface Chain {
  /** Populations. */
  readonly links: number;
  /** Steps of a slice at most. */
  readonly steps: number;
  /** Trials of a group. */
  readonly trials: number;
  readonly groups: readonly ChainGroup[];
  /**
   * Runs a group as its `run` does, but beside the thread that asks; absent where there are no threads. The first group is for the
   * thread that asks alone. Rejects where a thread dies.
   */
  readonly runBeside?: (
    group: number,
    trials: number,
    from: number,
    steps: number,
  ) => Promise<void>;
}
