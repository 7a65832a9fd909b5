import { InvalidArgumentError } from '../../errors.ts';
import { readOnce } from '../../options.ts';
import { biasCurrent, lowestBias } from './bias-generator.ts';
import { keyCount, keyOf, keysOf } from './circuits.ts';
import {
  type ChipConfiguration,
  type CoreConfiguration,
  dendrites,
  type LatchName,
  latchNames,
  type NeuronConfiguration,
  type SynapseConfiguration,
} from './configuration.ts';
import { coreMask, type Destination, eventWord, fpgaHop } from './event.ts';
import { chipLimits } from './limits.ts';
import {
  type CoreCurrentName,
  type CoreCurrents,
  coreCurrentNames,
  currentParameter,
} from './parameters.ts';
import { configurationProblems } from './problems.ts';

const { tags } = chipLimits;

/** Tags that mean something on a core, in ascending order. */
export interface TagUse {
  /** Tags that a synapse of the core listens to. */
  readonly heard: readonly number[];
  /** Tags that neurons of the board send to the core. */
  readonly sent: readonly number[];
  /** Heard, but sent by no neuron of the board: inputs from the host, or dead synapses. */
  readonly unsentTags: readonly number[];
  /** Sent to the core, but heard by none of its synapses. */
  readonly unheardTags: readonly number[];
}

/** What a configuration makes of one core. */
export interface CoreInspection {
  /** Chip on the board. */
  readonly chip: number;
  /** Core of the chip. */
  readonly core: number;
  /** Neurons that report their spikes to the host. */
  readonly reporting: number;
  /** Synapses of each neuron that has any. */
  readonly fanIn: readonly number[];
  /** Synapses, on the whole board, that each neuron reaches; neurons that send to no core are left out. */
  readonly fanOut: readonly number[];
  /** Synapses on each dendrite. */
  readonly synapses: Readonly<Record<Exclude<keyof typeof dendrites, 'none'>, number>>;
  /** CAM entries that do nothing: no dendrite or no weight. */
  readonly mute: number;
  /** Tags in use. */
  readonly tags: TagUse;
  /** Neurons on which each latch is set. */
  readonly latches: Readonly<Record<LatchName, number>>;
  /** Currents that the biases give, amperes. */
  readonly currents: CoreCurrents;
}

/** A destination that leads off the board. */
export interface StrayDestination {
  /** Chip, core and neuron that it belongs to. */
  readonly from: { readonly chip: number; readonly core: number; readonly neuron: number };
  /** Where it points. */
  readonly destination: Destination;
}

/** What a configuration makes of a board. */
export interface ConfigurationInspection {
  /** Chips that it is for. */
  readonly chips: number;
  /** Cores in use: a synapse, a destination or a latch is set. */
  readonly cores: readonly CoreInspection[];
  /** Destinations that reach neither a chip nor the host. */
  readonly strays: readonly StrayDestination[];
}

/**
 * Currents that the biases of a core give, amperes.
 *
 * @example
 * ```ts
 * currentsOf(idleCore().parameters).Itau_mem < 1e-12; // true
 * ```
 */
export function currentsOf(parameters: CoreConfiguration['parameters']): CoreCurrents {
  const current = (name: CoreCurrentName): number =>
    biasCurrent(currentParameter[name], parameters[currentParameter[name]] ?? lowestBias);
  return Object.fromEntries(coreCurrentNames.map((name) => [name, current(name)])) as Record<
    CoreCurrentName,
    number
  >;
}

/** Whether a CAM entry can charge anything. */
function acts({ dendrite, weight }: SynapseConfiguration): boolean {
  return dendrite !== dendrites.none && weight.includes(true);
}

/** Whether a destination leads to the host. */
const toHost = ({ core, xHop }: Destination): boolean => coreMask(core) !== 0 && xHop === fpgaHop;

/** Whether a destination is used and does not lead to the host. */
const toBoard = ({ core, xHop }: Destination): boolean => coreMask(core) !== 0 && xHop !== fpgaHop;

/** Visits every neuron of a board. */
function eachNeuron(
  { chips }: ChipConfiguration,
  visit: (chip: number, core: number, neuron: number, configuration: NeuronConfiguration) => void,
): void {
  for (const [c, chip] of chips.entries()) {
    for (const [k, core] of chip.cores.entries()) {
      for (const [n, neuron] of core.neurons.entries()) visit(c, k, n, neuron);
    }
  }
}

/** Who listens and who sends, for every tag of every core. */
interface Traffic {
  /** Synapses that listen, at the key of each tag of each core. */
  readonly listeners: Uint32Array;
  /** Destinations that send there. */
  readonly senders: Uint32Array;
  readonly strays: readonly StrayDestination[];
}

function trafficOf(configuration: ChipConfiguration): Traffic {
  const keys = keyCount(configuration.chips.length);
  const listeners = new Uint32Array(keys);
  const senders = new Uint32Array(keys);
  const strays: StrayDestination[] = [];
  eachNeuron(configuration, (chip, core, neuron, { synapses, destinations }) => {
    for (const { tag } of synapses.filter(acts)) listeners[keyOf(chip, core, tag)]! += 1;
    for (const destination of destinations.filter(toBoard)) {
      const keys = keysOf(eventWord(destination), chip, configuration.chips.length);
      if (keys.length === 0) strays.push({ from: { chip, core, neuron }, destination });
      for (const key of keys) senders[key]! += 1;
    }
  });
  return { listeners, senders, strays };
}

function tagUse({ listeners, senders }: Traffic, first: number): TagUse {
  const all = Array.from({ length: tags }, (_, tag) => tag);
  const listens = (tag: number): boolean => listeners[first + tag]! > 0;
  const sends = (tag: number): boolean => senders[first + tag]! > 0;
  return {
    heard: all.filter(listens),
    sent: all.filter(sends),
    unsentTags: all.filter((tag) => listens(tag) && !sends(tag)),
    unheardTags: all.filter((tag) => sends(tag) && !listens(tag)),
  };
}

function isInUse({ synapses, destinations, ...latches }: NeuronConfiguration): boolean {
  return (
    synapses.some(acts) ||
    destinations.some(({ core }) => coreMask(core) !== 0) ||
    latchNames.some((name) => latches[name])
  );
}

function inspectCore(
  { neurons, parameters }: CoreConfiguration,
  chip: number,
  core: number,
  chips: number,
  traffic: Traffic,
): CoreInspection {
  const acting = neurons.map(({ synapses }) => synapses.filter(acts));
  const entries = neurons.reduce((sum, { synapses }) => sum + synapses.length, 0);
  const all = acting.flat();
  const on = (dendrite: keyof typeof dendrites): number =>
    all.filter((synapse) => synapse.dendrite === dendrites[dendrite]).length;
  const fanOutOf = (destinations: readonly Destination[]): number =>
    destinations
      .flatMap((destination) => keysOf(eventWord(destination), chip, chips))
      .reduce((sum, key) => sum + traffic.listeners[key]!, 0);
  const latches = latchNames.map(
    (name) => [name, neurons.filter((neuron) => neuron[name]).length] as const,
  );
  return {
    chip,
    core,
    reporting: neurons.filter(({ destinations }) => destinations.some(toHost)).length,
    fanIn: acting.map((synapses) => synapses.length).filter((count) => count > 0),
    fanOut: neurons
      .map(({ destinations }) => destinations.filter(toBoard))
      .filter((destinations) => destinations.length > 0)
      .map(fanOutOf),
    synapses: { ampa: on('ampa'), gaba: on('gaba'), nmda: on('nmda'), shunt: on('shunt') },
    mute: entries - all.length,
    tags: tagUse(traffic, keyOf(chip, core, 0)),
    latches: Object.fromEntries(latches) as Record<LatchName, number>,
    currents: currentsOf(parameters),
  };
}

/**
 * Says what a configuration makes of a board: which cores are in use, fan-in and fan-out, tags, latches,
 * currents. It needs nothing but the configuration, so it also reads one that comes from a board.
 *
 * @throws InvalidArgumentError with everything that no chip can hold
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, recurrent: [[0, 1], [0, 0]] }));
 * const { cores } = inspectConfiguration(deploy(net).configuration);
 * cores.map(({ fanIn, fanOut }) => [fanIn, fanOut]); // [[[1, 2], [1]]]
 * ```
 */
export function inspectConfiguration(configuration: ChipConfiguration): ConfigurationInspection {
  configuration = readOnce(configuration);
  const problems = configurationProblems(configuration);
  if (problems.length > 0) {
    throw new InvalidArgumentError('this configuration fits no chip', problems);
  }
  const { chips } = configuration;
  const traffic = trafficOf(configuration);
  const inspected = chips.flatMap((chip, c) =>
    chip.cores.flatMap((core, k) =>
      core.neurons.some(isInUse) ? [inspectCore(core, c, k, chips.length, traffic)] : [],
    ),
  );
  return { chips: chips.length, cores: inspected, strays: traffic.strays };
}
