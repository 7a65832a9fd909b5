/** What a deployment is asked for, and what comes of it. */
import type { DefaultConfiguration } from '../chips/families.ts';
import type {
  ChipFamily,
  ChipLimits,
  CorePlacement,
  Currents,
  HardwareNeuron,
  QuantisedWeights,
  Quantiser,
} from '../chips/family.ts';
import { familyCheck } from '../chips/family-check.ts';
import {
  type Check,
  callback,
  listOf,
  number,
  type OptionTable,
  options as optionsOf,
  text,
} from '../options.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { NamedNeuron } from './front/names.ts';
import type { MergedPopulation } from './network.ts';
import { type ClusterOptions, clusterTable } from './passes/cluster.ts';
import type { QuantisedList } from './passes/quantise-cores.ts';
import type { ParameterDeviation } from './report/deviation.ts';
import type { LostWeights } from './report/lost.ts';

/**
 * How to deploy. Neurons are numbered through all populations, in the order of the stages.
 */
export interface DeployOptions<Configuration = DefaultConfiguration> {
  /** Family of chips to deploy on; the DYNAP-SE2 if left out. */
  readonly family?: ChipFamily<Configuration>;
  /**
   * Finds the codes of the weights of a core, given those that are not zero and which core it is
   * of those in use; the family's own search if left out.
   */
  readonly quantiser?: Quantiser;
  /** How neurons come together on cores; see {@link ClusterOptions} for what is done if it is left out. */
  readonly cluster?: ClusterOptions;
  /** Core of each neuron, to pin them; found by `cluster` and the fewest hops if left out. */
  readonly cores?: readonly CorePlacement[];
  /** Hardware neuron of each neuron, as after a measurement; the first ones of its core if left out. */
  readonly hardware?: readonly HardwareNeuron[];
  /** Populations that report to the host beside the last one; all if left out. */
  readonly monitored?: readonly string[];
  /** Chips that the board has; as many as there can be if left out. */
  readonly chips?: number;
}

/** Chip and core by number; whether they exist is for the board to say. */
const anywhere: Check = number({ min: 0, whole: true });
const coreTable: OptionTable<CorePlacement> = { chip: anywhere, core: anywhere };
const neuronTable: OptionTable<HardwareNeuron> = { ...coreTable, neuron: anywhere };

/** The checks of {@link DeployOptions} on a board. */
export function deployTable(limits: ChipLimits): OptionTable<DeployOptions> {
  return {
    family: familyCheck,
    quantiser: callback,
    cluster: optionsOf(clusterTable(limits)),
    cores: listOf(optionsOf(coreTable, 'chip', 'core')),
    hardware: listOf(optionsOf(neuronTable, 'chip', 'core', 'neuron')),
    monitored: listOf(text),
    chips: number({ min: 1, max: limits.chips, whole: true, unit: 'chips' }),
  };
}

/** Which part of the board a neuron of a population became. */
export interface DeployedNeuron extends HardwareNeuron {
  /** Event word under which the host hears its spikes. */
  readonly word: number;
  /** Tag under which other neurons hear it; undefined if none does. */
  readonly tag: number | undefined;
}

/** A core of a deployment. */
export interface DeployedCore extends CorePlacement {
  /** Its neurons, numbered through all populations. */
  readonly neurons: readonly number[];
  /** Its weights that were not zero, in codes: those of input channels, then those of neurons. */
  readonly weights: QuantisedWeights;
  /** Currents asked for, before the bias generator rounds them, amperes. */
  readonly currents: Currents;
}

/** A pipeline translated for a chip family; the DYNAP-SE2 if none is named. */
export interface Deployment<Configuration = DefaultConfiguration> {
  /** The family of chips that it is for. */
  readonly family: ChipFamily<Configuration>;
  /** What the board is told. */
  readonly configuration: Configuration;
  /** Event words that the host sends for an event of each input channel; none for a channel that reaches nothing. */
  readonly inputWords: readonly Uint32Array[];
  /** Event word under which the host hears each output channel. */
  readonly outputWords: Uint32Array;
  /** Hardware neuron of each output channel. */
  readonly outputChannels: readonly DeployedNeuron[];
  /**
   * Event words of the neurons of a population, in order, whether or not they report to the host.
   *
   * @throws InvalidArgumentError if there is no such population
   */
  wordsOf(population: string): Uint32Array;
  /**
   * Gives the hardware neuron that is neuron `index` of the named population.
   *
   * @throws InvalidArgumentError if there is no such neuron
   */
  where(population: string, index: number): DeployedNeuron;
  /** Gives the neuron whose spikes come back under an event word; undefined if none's do. */
  populationOf(word: number): NamedNeuron | undefined;
  /** Hardware neuron of each neuron, numbered through all populations. */
  readonly hardware: readonly HardwareNeuron[];
  /** Cores in use, in the order of their first neurons. */
  readonly cores: readonly DeployedCore[];
  /** The pipeline as it was given. */
  readonly pipeline: Pipeline;
  /** The same as one population, with the synapses that exist. */
  readonly population: MergedPopulation;
  /** What became of the weights of its synapses. */
  readonly weights: { readonly input: QuantisedList; readonly recurrent: QuantisedList };
  /** The pipeline with its weights as the codes have them, to be simulated; built when it is asked for. */
  readonly quantised: Pipeline;
  /**
   * The network as the board computes it: all neurons in one population, with the weights and the currents that
   * the bias generators give; built when it is asked for. Every population after the first acts one step
   * later than in the pipeline.
   */
  readonly deployedPipeline: Pipeline;
  /** Mean squared error of all weights that were not zero, squared units of weight. */
  readonly mse: number;
  /** Neurons some of whose weights were too small and became zero. */
  readonly lost: readonly LostWeights[];
  /** How far each neuron is from what was asked, because its core shares currents and rounds them. */
  readonly deviation: ParameterDeviation;
  /**
   * What was given up without refusing: first neurons that nothing excites any more, then weights lost, then
   * parameters. Which neurons fall silent for other reasons, {@link diagnose} finds out.
   */
  readonly remarks: readonly string[];
  /** Step, seconds. */
  readonly dt: number;
}
