/** The contract of a chip family: all that the compiler, the virtual board and the links know of a kind of chip. */
import type { DendriteName } from '../neurons/dynap-se2/parameters.ts';
import type { AnalogParameters } from '../neurons/model-table.ts';
import type { Problem } from '../problems.ts';

/** A core of a board. */
export interface CorePlacement {
  /** Chip on the board; 0 is next to the host. */
  readonly chip: number;
  /** Core of the chip. */
  readonly core: number;
}

/** A neuron of the silicon: where it sits on the board. */
export interface HardwareNeuron extends CorePlacement {
  /** Neuron of the core. */
  readonly neuron: number;
}

/** What a board of a family offers. */
export interface ChipLimits {
  /** Chips on a board, in a row behind the host. */
  readonly chips: number;
  /** Cores of a chip. */
  readonly cores: number;
  /** Neurons of a core; they share their currents. */
  readonly neurons: number;
  /** Entries that a neuron listens with: its fan-in. */
  readonly synapses: number;
  /** Entries that a neuron sends with; being reported to the host takes one. */
  readonly destinations: number;
  /** Tags by which a core tells its sources apart. */
  readonly tags: number;
  /** Chips that an event can pass away from the host. */
  readonly hopsEast: number;
  /** Chips that an event can pass towards the host. */
  readonly hopsWest: number;
  /** Chips that events of the host reach, from chip 0 on; all if left out. */
  readonly inputChips?: number;
}

/** Model of neurons that circuits can be read as. */
export type CircuitModel = 'dynapSim' | 'dynapSe2';

/** Smallest and largest current that a core can be set to, amperes. */
export interface CurrentRange {
  readonly min: number;
  readonly max: number;
  /** Name of the setting that carries it. */
  readonly setting: string;
}

/** Currents by name, amperes. */
export type Currents = Readonly<Record<string, number>>;

/** Weights of one core as its memories can hold them. */
export interface QuantisedWeights {
  /** What the bits of a code select, in units of weight. None is negative. */
  readonly base: readonly number[];
  /** What the memory says of each weight, in the order given: a mask of base currents, a number of entries; 0 is no synapse. */
  readonly codes: Uint8Array;
  /** What the codes stand for, with the sign of the weight. */
  readonly values: Float64Array;
  /** Mean squared error over the weights that are not zero, squared units of weight. */
  readonly mse: number;
}

/** What is known of the weights of a core besides their sizes, in the same order. */
export interface CoreSynapses {
  /** Model of the neurons. */
  readonly model: CircuitModel;
  /** Neuron that listens with each. */
  readonly listeners: Uint32Array;
  /** Dendrite that each charges, as in `dendriteCodes`. */
  readonly dendrites: Uint8Array;
}

/** Finds the base currents of a core, and a code for each of its weights. */
export type Quantiser = (
  weights: ArrayLike<number>,
  core: number,
  synapses: CoreSynapses,
) => QuantisedWeights;

/** Dendrites in the order of their codes in a {@link SynapseList}: AMPA is 0. */
export const dendriteCodes: Readonly<Record<DendriteName, number>> = {
  ampa: 0,
  gaba: 1,
  nmda: 2,
  shunt: 3,
};

/** Synapses as a structure of arrays, all of the same length: one entry per synapse that exists. */
export interface SynapseList {
  /** Who sends: an input channel or a neuron. */
  readonly pre: Uint32Array;
  /** Neuron that listens. */
  readonly post: Uint32Array;
  /** What the memory says of the weight, as in {@link QuantisedWeights}; never 0. */
  readonly code: Uint8Array;
  /** Dendrite that is charged, as in `dendriteCodes`. */
  readonly dendrite: Uint8Array;
}

/** A quantised network whose neurons have places on a board: what its memories hold. */
export interface PlacedSynapses {
  /** Number of input channels. */
  readonly channels: number;
  /** Synapses of the input channels; `pre` is a channel. */
  readonly input: SynapseList;
  /** Synapses between neurons; `pre` is a neuron. */
  readonly recurrent: SynapseList;
  /** Hardware neuron of each neuron. */
  readonly hardware: readonly HardwareNeuron[];
  /** Whether each neuron's DC input is on. */
  readonly dc: readonly boolean[];
  /** Whether each neuron adapts. */
  readonly adaptation: readonly boolean[];
  /** Whether the membrane gates each neuron's NMDA dendrite; of none if left out. */
  readonly nmda?: readonly boolean[];
  /** Whether each neuron reports its spikes to the host; all do if left out. */
  readonly monitored?: readonly boolean[];
  /** What each neuron is called in messages, as `hidden[3]`; its number if left out. */
  readonly names?: readonly string[];
}

/** One event of a source: some cores of a chip, and the tag under which they hear it. */
export interface Route {
  /** Chip on the board. */
  readonly chip: number;
  /** Its cores as a mask; core 0 is the lowest bit. */
  readonly cores: number;
  /** Tag that the cores look up. */
  readonly tag: number;
}

/** Everything that is written into the memories of a board. */
export interface ChipProgram {
  /** The network on its hardware neurons. */
  readonly network: PlacedSynapses;
  /** Events of each source: the input channels, then the neurons. */
  readonly routes: readonly (readonly Route[])[];
  /** Cores in use and the currents that their neurons share. */
  readonly cores: readonly (CorePlacement & { readonly currents: Currents })[];
}

/** How to read a configuration. */
export interface ReadOptions {
  /**
   * Event words of each input channel. If left out, there is a channel for each tag that is listened to
   * and that no neuron sends to the same core, in the order of tags.
   */
  readonly inputs?: readonly Uint32Array[];
  /** Neurons to read, in this order; if left out, all in use, in the order chip, core, neuron. */
  readonly hardware?: readonly HardwareNeuron[];
}

/** A network as the memories of a board hold it. */
export interface ChipReading {
  /** The network, synapse by synapse. */
  readonly network: PlacedSynapses;
  /** Event words of each input channel. */
  readonly inputWords: readonly Uint32Array[];
  /** What the configuration says and the network does not. */
  readonly remarks: readonly string[];
  /** Lists what neurons of a model cannot be, of what is there; empty if they can be all of it. */
  problems(model: CircuitModel): Problem[];
  /** Currents of every neuron by the names of a model, amperes; what is switched off is zero. */
  parameters(model: CircuitModel): Readonly<Record<string, Float64Array>>;
  /** Currents of synapses, amperes: below zero if a neuron with one dendrite is held back. */
  weights(synapses: SynapseList, model: CircuitModel): Float64Array;
}

/** Memory words of a chip by the name of the memory. */
export type MemoryWords = Readonly<Record<string, Uint32Array | Uint16Array | Float64Array>>;

/** A neuron of the circuits. */
export interface CircuitNeuron extends HardwareNeuron {
  /** Names of its parameters that are zero, whatever its core says. */
  readonly off: readonly string[];
  /** Event words under which the host hears its spikes. */
  readonly toHost: Uint32Array;
  /** Keys under which its spikes reach the listeners of the board. */
  readonly toCores: Uint32Array;
}

/** Circuits of one core in use. */
export interface CircuitCore extends CorePlacement {
  /** Nominal parameters, one value for each neuron of the core, in use or not; `Iscale` is 1. */
  readonly parameters: AnalogParameters;
}

/** Who listens to each key: entries `starts[key] … starts[key + 1]` of the other two arrays. */
export interface Listeners {
  /** Running start of each key. */
  readonly starts: Uint32Array;
  /** Input channel of the circuits: the neuron, or dendrite times neurons plus neuron. */
  readonly targets: Uint32Array;
  /** Current that one event adds, amperes; below zero if a neuron with one dendrite is held back. */
  readonly currents: Float64Array;
  /** Number of input channels. */
  readonly channels: number;
}

/** What silicon the memory words of a board make, before its transistors deviate. */
export interface Circuits {
  /** Neurons that can ever fire, in the order chip, core, neuron. */
  readonly neurons: readonly CircuitNeuron[];
  /** The cores that they are on. */
  readonly cores: readonly CircuitCore[];
  /** Who listens. */
  readonly listeners: Listeners;
  /** Keys that an event from the host reaches; none if it runs off the board. */
  keysOf(word: number): readonly number[];
}

/** A change of a configuration while it runs. */
export interface ConfigurationDelta<Bias = unknown, Synapse = unknown> {
  /** Biases of cores, each with its new setting. */
  readonly biases?: readonly (CorePlacement & {
    readonly name: string;
    readonly setting: Bias;
  })[];
  /** Synapses of neurons, each with what its entry becomes. */
  readonly synapses?: readonly (HardwareNeuron & {
    /** Entry of the neuron, from 0. */
    readonly entry: number;
    readonly synapse: Synapse;
  })[];
}

/** The silicon of a chip family: what virtual boards and links must know of it. */
export interface ChipSilicon<Configuration = unknown> {
  /** Name in messages, files and links: `dynapse2`. */
  readonly name: string;
  /** What a board offers. */
  readonly limits: ChipLimits;
  /** Models of neurons that its circuits can be; the first is taken if none is asked for. */
  readonly models: readonly CircuitModel[];
  /** Lists everything in a configuration, of any type, that no board can hold. */
  problems(configuration: unknown): Problem[];
  /** Chips that a configuration is for. */
  chipsOf(configuration: Configuration): number;
  /**
   * Writes a configuration into memory words, one set for each chip. Whatever its getters say, what is written is what was checked.
   *
   * @throws InvalidArgumentError with everything that no chip can hold
   */
  memories(configuration: Configuration): MemoryWords[];
  /** Works out what silicon memory words make, in neurons of a model. */
  circuits(memories: readonly MemoryWords[], model: CircuitModel): Circuits;
  /** Lists what in a change, of any type, no board of so many chips can take. */
  deltaProblems(delta: unknown, chips: number): Problem[];
  /** Writes a sound change into memory words. */
  change(memories: readonly MemoryWords[], delta: ConfigurationDelta): void;
  /** Event word that the host sends to follow a route. */
  inputWord(route: Route): number;
  /**
   * Word with which a host may ask for an event that only tells the time, and the word that comes back;
   * absent if a family has none.
   */
  readonly echo?: { readonly word: number; readonly reply: number };
  /** Event word under which the host hears a monitored neuron. */
  outputWord(neuron: HardwareNeuron): number;
}

/** How networks come onto a chip family and back: what the compiler must know of it. */
export interface ChipMapping<Configuration = unknown> {
  /** Currents that the neurons of a core share, with what they can be set to. */
  readonly biases: Readonly<Record<string, CurrentRange>>;
  /**
   * Tags under which a neuron of the board can send, or, if none is given, an input channel; the first that are free are
   * taken. Any tag will do if left out.
   */
  tagsOf?(neuron?: HardwareNeuron): readonly number[];
  /** How many entries of its listener a code takes: 1 for masks, the code itself if entries are counted. */
  entriesOf(code: number): number;
  /** Base currents of a core. */
  readonly bases: number;
  /** Largest code of a weight. */
  readonly largestCode: number;
  /**
   * Finds base currents and codes for the weights of a core.
   *
   * @param options `effort` is the part of the full search that is made; all of it if left out. `synapses` is
   *   for families whose codes take entries of the neuron that listens, or differ between dendrites.
   */
  quantise(
    weights: ArrayLike<number>,
    options?: { readonly effort?: number; readonly synapses?: CoreSynapses },
  ): QuantisedWeights;
  /** Gives each weight the code that stands for the nearest value, with base currents that are known. */
  encode(
    weights: ArrayLike<number>,
    base: readonly number[],
    synapses?: CoreSynapses,
  ): QuantisedWeights;
  /** Every size of weight that codes can stand for with some base currents, 0 included. */
  levels(base: readonly number[]): Float64Array;
  /**
   * Currents that a core shares for some of its neurons.
   *
   * @param base what codes select, amperes
   */
  share(
    parameters: AnalogParameters,
    neurons: readonly number[],
    base: readonly number[],
  ): Currents;
  /** Name of the parameter of a neuron behind a current of its core; undefined behind a base current. */
  behind(current: string, parameters: AnalogParameters): string | undefined;
  /** Writes a program down as a configuration: plain data. */
  compile(program: ChipProgram): Configuration;
  /**
   * Reads a sound configuration back: one without {@link ChipSilicon.problems}.
   *
   * @throws InvalidArgumentError with everything that was asked for and is not there
   */
  read(configuration: Configuration, options?: ReadOptions): ChipReading;
}

/**
 * A chip family: limits, biases, memory words, event words, and both ways between networks and configurations.
 * One family is one folder in `src/chips` and one line in `src/chips/table.ts`.
 */
export interface ChipFamily<Configuration = unknown>
  extends ChipSilicon<Configuration>,
    ChipMapping<Configuration> {}
