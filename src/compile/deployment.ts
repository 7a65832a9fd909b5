import type { ChipConfiguration } from '../chips/dynapse2/configuration.ts';
import type { Destination } from '../chips/dynapse2/event.ts';
import type { CoreCurrents } from '../chips/dynapse2/parameters.ts';
import type { ChipSilicon } from '../chips/family.ts';
import type { SpikeRaster } from '../events/spike-raster.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { ClusterOptions } from './cluster.ts';
import type { Quantiser } from './core-quantise.ts';
import type { Moves } from './moved.ts';
import type { NamedNeuron } from './names.ts';
import type { CorePlace } from './place.ts';
import type { Place } from './places.ts';
import type { QuantisedWeights } from './quantise.ts';
import type { LostWeights } from './remarks.ts';
import type { SilentNeuron } from './silence.ts';

/**
 * How to deploy. Neurons are numbered through all populations, in the order of the stages.
 */
export interface DeployOptions {
  /**
   * Finds the four bits of each weight of a core, given the weights that are not zero and which core it is
   * of those in use; the least squares of `quantise` of `spikeline/chip` where left out.
   */
  readonly quantiser?: Quantiser;
  /** How neurons come together on cores; balanced where left out. */
  readonly cluster?: ClusterOptions;
  /** Core of each neuron, to pin them; found by `cluster` and the fewest hops where left out. */
  readonly cores?: readonly CorePlace[];
  /** Hardware neuron of each neuron, as after a measurement; the first ones of its core where left out. */
  readonly place?: readonly Place[];
  /** Populations that report to the host beside the last one; all where left out. */
  readonly monitored?: readonly string[];
  /** Chips that the board has; 4, as many as there can be, where left out. */
  readonly chips?: number;
  /**
   * Input with which neurons that fall silent are looked for; noise of 50 Hz for half a second where left out.
   * `false` looks for none, and saves the time.
   */
  readonly input?: SpikeRaster | false;
}

/** Which part of the board a neuron of a population became. */
export interface HardwareNeuron extends Place {
  /** Event word under which the FPGA reports its spikes. */
  readonly word: number;
  /** Tag under which other neurons hear it; undefined where none does. */
  readonly tag: number | undefined;
}

/** A core of a deployment. */
export interface DeployedCore extends CorePlace {
  /** Its neurons, numbered through all populations. */
  readonly neurons: readonly number[];
  /** Its weights in four bits that were not zero: those of input channels, then those of neurons. */
  readonly weights: QuantisedWeights;
  /** Currents asked for, before the bias generator rounds them, amperes. */
  readonly currents: CoreCurrents;
}

/** A pipeline translated for a chip family; the DYNAP-SE2 if none is named. */
export interface Deployment<Configuration = ChipConfiguration> {
  /** The family of chips that it is for. */
  readonly family: ChipSilicon<Configuration>;
  /** What the board is told. */
  readonly configuration: Configuration;
  /** Event words that the host sends for an event of each input channel; none for a channel that reaches nothing. */
  readonly inputWords: readonly Uint32Array[];
  /** Event word under which the host hears each output channel. */
  readonly outputWords: Uint32Array;
  /**
   * Event words of the neurons of a population, in order, whether or not they report to the host.
   *
   * @throws InvalidArgumentError if there is no such population
   */
  wordsOf(population: string): Uint32Array;
  /** Destinations of each input channel. */
  readonly inputChannels: readonly (readonly Destination[])[];
  /** Hardware neuron of each output channel. */
  readonly outputChannels: readonly HardwareNeuron[];
  /**
   * Gives the hardware neuron that is neuron `index` of the named population.
   *
   * @throws InvalidArgumentError where there is no such neuron
   */
  where(population: string, index: number): HardwareNeuron;
  /** Gives the neuron whose spikes come back under an event word; undefined where none's do. */
  populationOf(word: number): NamedNeuron | undefined;
  /** Hardware neuron of each neuron, numbered through all populations. */
  readonly places: readonly Place[];
  /** Cores in use, in the order of their first neurons. */
  readonly cores: readonly DeployedCore[];
  /** The pipeline with its weights in four bits, to be simulated. */
  readonly quantised: Pipeline;
  /**
   * The network as the board computes it: all neurons in one population, with the weights and the currents that
   * the bias generators give. Every population after the first acts one step later than in the pipeline.
   */
  readonly network: Pipeline;
  /** Mean squared error of all weights that were not zero, squared units of weight. */
  readonly mse: number;
  /** Neurons some of whose weights were too small for four bits and became zero. */
  readonly lost: readonly LostWeights[];
  /** How far each neuron moved from what was asked, because its core shares currents and rounds them. */
  readonly moved: Moves;
  /** Neurons that spike in the pipeline and not in `network`, with what most likely silenced them. */
  readonly silent: readonly SilentNeuron[];
  /** What was given up without refusing: weights lost, neurons moved, neurons silent. */
  readonly remarks: readonly string[];
  /** Step, seconds. */
  readonly dt: number;
}
