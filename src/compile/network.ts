/** The intermediate form of the compiler: all neurons in one row, and the synapses that exist, sparse. */
import type { AnalogParameters } from '../neurons/model-table.ts';

/** Weights that are not zero, as a structure of arrays of the same length. */
export interface WeightedSynapses {
  /** Who sends: an input channel or a neuron. */
  readonly pre: Uint32Array;
  /** Neuron that listens. */
  readonly post: Uint32Array;
  /** Dendrite that is charged: AMPA 0, GABA 1, NMDA 2, SHUNT 3. */
  readonly dendrite: Uint8Array;
  /** Weight in units of `Iscale`. */
  readonly weight: Float64Array;
}

/** Where a population stands among all neurons. */
export interface PopulationRange {
  /** Its first neuron. */
  readonly first: number;
  /** How many neurons it has. */
  readonly size: number;
}

/** Weights that lead from one population, or the input, to another, as they stand in the pipeline. */
export interface Connection {
  /** Population that sends; null if the input of the pipeline does. */
  readonly from: string | null;
  /** Population that listens. */
  readonly to: string;
  /** Stage that the trainable weights are of; undefined if there are none. */
  readonly stage: string | undefined;
  /** Whether what is sent arrives as it is. */
  readonly plain: boolean;
}

/**
 * A pipeline as one population: what a chip can hold. All neurons of all stages stand in one row, in the order
 * of the stages. Weights between stages are synapses between neurons, so each stage after the first acts
 * one step later than in the simulator. Neurons with one synapse charge AMPA with weights above zero
 * and GABA with those below.
 */
export interface MergedPopulation {
  /** Number of input channels. */
  readonly channels: number;
  /** Number of neurons. */
  readonly neurons: number;
  /** Synapses of the input channels; `pre` is a channel. By `pre`, then dendrite, then `post`. */
  readonly input: WeightedSynapses;
  /** Synapses between neurons; `pre` is a neuron. */
  readonly recurrent: WeightedSynapses;
  /** Parameters of all neurons. */
  readonly parameters: AnalogParameters;
  /** First neuron and size of each population by its name. */
  readonly populations: Readonly<Record<string, PopulationRange>>;
  /** Who is connected to whom; a population's own recurrence is from itself. */
  readonly connections: readonly Connection[];
  /** Name of the population whose spikes leave the pipeline. */
  readonly output: string;
  /** Step, seconds. */
  readonly dt: number;
}
