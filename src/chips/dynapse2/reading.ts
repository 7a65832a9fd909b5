/** Reads a network back from the memory words of a DYNAP-SE2 board. */
import { InvalidArgumentError } from '../../errors.ts';
import { dendriteNames, dynapSe2CurrentNames } from '../../neurons/dynap-se2/parameters.ts';
import { currentNames } from '../../neurons/dynap-sim/parameters.ts';
import { listOf, number, type OptionTable, options } from '../../options.ts';
import { fault, type Problem, problem, within } from '../../problems.ts';
import { collectSynapses } from '../collect.ts';
import type {
  ChipReading,
  CircuitModel,
  HardwareNeuron,
  PlacedSynapses,
  ReadOptions,
  SynapseList,
} from '../family.ts';
import { biasCurrent } from './bias-generator.ts';
import {
  camOf,
  keyOf,
  keysOf,
  lumpedCurrent,
  neuronAt,
  routesOf,
  type UsedNeuron,
  usedNeurons,
} from './circuits.ts';
import {
  type ChipConfiguration,
  type Dendrite,
  dendrites,
  type LatchName,
  latchNames,
  weightMask,
} from './configuration.ts';
import { coresOf, destinationProblems, eventOf, eventWord } from './event.ts';
import { chipLimits } from './limits.ts';
import { type ChipMemory, synapseOf, writeMemories } from './memory.ts';
import { type CoreCurrentName, currentParameter } from './parameters.ts';

/** Refuses event words that cannot be. */
function inputProblems(inputs: readonly Uint32Array[]): Problem[] {
  return inputs.flatMap((words, channel) =>
    words instanceof Uint32Array
      ? Array.from(words).flatMap((word, i) =>
          within(`inputs[${channel}][${i}]`, destinationProblems(eventOf(word))),
        )
      : [problem(`inputs[${channel}]`, 'wrong-type', words, 'a Uint32Array of words is needed')],
  );
}

const below = (count: number) => number({ min: 0, max: count - 1, whole: true });

/** Refuses neurons that a board of so many chips does not have. */
function hardwareProblems(hardware: readonly HardwareNeuron[], chips: number): Problem[] {
  const table: OptionTable<HardwareNeuron> = {
    chip: below(chips),
    core: below(chipLimits.cores),
    neuron: below(chipLimits.neurons),
  };
  const problems = within('hardware', listOf(options(table, 'chip', 'core', 'neuron'))(hardware));
  const seen = new Set<string>();
  const twice = hardware.flatMap((neuron, n) => {
    if (typeof neuron !== 'object' || neuron === null) return [];
    const name = nameOf(neuron);
    const known = seen.has(name);
    seen.add(name);
    return known
      ? [problem(`hardware[${n}]`, 'duplicate', name, 'each chip/core/neuron may be named once')]
      : [];
  });
  return [...problems, ...twice];
}

function nameOf({ chip, core, neuron }: HardwareNeuron): string {
  return `${chip}/${core}/${neuron}`;
}

/** One channel for each tag that some core listens to and no neuron sends there, in the order of tags. */
function foreignTags(
  memories: readonly ChipMemory[],
  neurons: readonly UsedNeuron[],
  sent: ReadonlySet<number>,
): Uint32Array[] {
  const channels = new Map<number, Map<number, number>>();
  for (const neuron of neurons) {
    const { chip, core } = neuron;
    for (const word of camOf(memories, neuron)) {
      const { tag, weight, dendrite } = synapseOf(word);
      if (weightMask(weight) === 0 || dendrite === dendrites.none) continue;
      if (sent.has(keyOf(chip, core, tag))) continue;
      const chips = channels.get(tag) ?? new Map<number, number>();
      channels.set(tag, chips.set(chip, (chips.get(chip) ?? 0) | (1 << core)));
    }
  }
  return [...channels]
    .sort(([a], [b]) => a - b)
    .map(([tag, chips]) =>
      Uint32Array.from(chips, ([chip, cores]) =>
        eventWord({ core: coresOf(cores), xHop: chip, yHop: 0, tag }),
      ),
    );
}

/** For each key on the board, who sends under it; one entry for each time that it does. */
function sendersOf(keys: readonly Iterable<number>[]): Map<number, number[]> {
  const senders = new Map<number, number[]>();
  for (const [source, own] of keys.entries()) {
    for (const key of own) {
      const all = senders.get(key);
      if (all === undefined) senders.set(key, [source]);
      else all.push(source);
    }
  }
  return senders;
}

const none: readonly number[] = [];

/** What the memories of a board say of its network. */
interface NetworkReading {
  /** The network: neurons in the order chip, core, neuron. */
  readonly network: PlacedSynapses;
  readonly inputWords: readonly Uint32Array[];
  /** CAM entries under tags that nothing sends. */
  readonly unsentTags: number;
  /** Neurons in use that were not asked for. */
  readonly unread: number;
}

/**
 * Reads each CAM entry as a synapse from every neuron and input channel that sends its tag to its core. All
 * dendrites, cores and chips are read; neurons count that listen, have their DC input on, or send
 * anywhere, the host included.
 */
function readNetwork(
  memories: readonly ChipMemory[],
  { inputs, hardware }: ReadOptions,
): NetworkReading {
  const used = usedNeurons(memories);
  const neurons = hardware?.map((neuron) => neuronAt(memories, neuron)) ?? used;
  const read = new Set(neurons.map(nameOf));
  const routes = routesOf(memories, neurons);
  const sendingNeurons = sendersOf(routes.map(({ toCores }) => toCores));
  const inputWords = inputs ?? foreignTags(memories, neurons, new Set(sendingNeurons.keys()));
  const sendingChannels = sendersOf(
    inputWords.map((words) =>
      Array.from(words).flatMap((word) => keysOf(word, 0, memories.length)),
    ),
  );
  const input = collectSynapses();
  const recurrent = collectSynapses();
  let unsentTags = 0;
  for (const [post, neuron] of neurons.entries()) {
    const { chip, core } = neuron;
    for (const word of camOf(memories, neuron)) {
      if (word === 0) continue;
      const { tag, weight, dendrite } = synapseOf(word);
      const mask = weightMask(weight);
      const kind = order.indexOf(dendrite);
      if (mask === 0 || kind < 0) continue;
      const key = keyOf(chip, core, tag);
      const channels = sendingChannels.get(key) ?? none;
      const senders = sendingNeurons.get(key) ?? none;
      for (const pre of channels) input.add(pre, post, mask, kind);
      for (const pre of senders) recurrent.add(pre, post, mask, kind);
      if (channels.length + senders.length === 0) unsentTags++;
    }
  }
  const network: PlacedSynapses = {
    channels: inputWords.length,
    input: input.list(),
    recurrent: recurrent.list(),
    hardware: neurons.map(({ chip, core, neuron }) => ({ chip, core, neuron })),
    dc: neurons.map(({ dc }) => dc),
    adaptation: neurons.map(({ adaptation }) => adaptation),
    nmda: neurons.map(({ nmda }) => nmda),
    monitored: routes.map(({ toHost }) => toHost.length > 0),
  };
  const unread = used.filter((neuron) => !read.has(nameOf(neuron))).length;
  return { network, inputWords, unsentTags, unread };
}

/** Dendrites with samna's values, by their codes. */
const order: readonly Dendrite[] = dendriteNames.map((name) => dendrites[name]);

/** Codes of dendrites that hold their neuron back. */
const gaba = dendriteNames.indexOf('gaba');

const bases = ['Iw_0', 'Iw_1', 'Iw_2', 'Iw_3'] as const;

/** Reads the currents of cores once for each core. */
function currentReader({ chips }: ChipConfiguration) {
  const known = new Map<CoreCurrentName, number[]>();
  return ({ chip, core }: HardwareNeuron, name: CoreCurrentName): number => {
    let own = known.get(name);
    if (own === undefined) {
      own = [];
      known.set(name, own);
    }
    const parameter = currentParameter[name];
    const at = chip * chipLimits.cores + core;
    own[at] ??= biasCurrent(parameter, chips[chip]!.cores[core]!.parameters[parameter]);
    return own[at];
  };
}

type CurrentReader = ReturnType<typeof currentReader>;

/** Lists the cores that have synapses on some dendrites. */
function coresWith(
  { input, recurrent, hardware }: PlacedSynapses,
  names: readonly (typeof dendriteNames)[number][],
): HardwareNeuron[] {
  const found = new Map<string, HardwareNeuron>();
  const wanted = dendriteNames.map((name) => names.includes(name));
  for (const { post, dendrite } of [input, recurrent]) {
    for (let i = 0; i < post.length; i++) {
      if (!wanted[dendrite[i]!]) continue;
      const neuron = hardware[post[i]!]!;
      found.set(`${neuron.chip}/${neuron.core}`, neuron);
    }
  }
  return [...found.values()];
}

/** Lists what neurons with one synapse cannot be. */
function lumpedProblems(network: PlacedSynapses, current: CurrentReader): Problem[] {
  const core = ({ chip, core }: HardwareNeuron): string => `chips[${chip}].cores[${core}]`;
  const differs = (neuron: HardwareNeuron): boolean =>
    current(neuron, 'Itau_gaba') !== current(neuron, 'Itau_ampa') ||
    current(neuron, 'Igain_gaba') !== current(neuron, 'Igain_ampa');
  return [
    ...coresWith(network, ['nmda', 'shunt']).map((neuron) =>
      fault(
        core(neuron),
        'unsupported',
        "there are synapses on NMDA or SHUNT, which neurons with one synapse do not have; take model 'dynapSe2'",
      ),
    ),
    ...coresWith(network, ['gaba'])
      .filter(differs)
      .map((neuron) =>
        fault(
          core(neuron),
          'conflict',
          "GABA has another leak or gain than AMPA, and a neuron with one synapse needs equal ones; take model 'dynapSe2'",
        ),
      ),
  ];
}

/** Latches whose meaning the simulator knows; that of NMDA has none without its dendrite. */
const knownLatches: readonly LatchName[] = ['latchSoDc', 'latchSoAdaptation', 'latchDenmNmda'];

/** Says what of a configuration the network does not hold. */
function remarksOn(
  { chips }: ChipConfiguration,
  { network: { hardware }, unsentTags, unread }: NetworkReading,
): string[] {
  const neurons = hardware.map(
    ({ chip, core, neuron }) => chips[chip]!.cores[core]!.neurons[neuron]!,
  );
  let timed = 0;
  for (const { synapses } of neurons) {
    for (const { stp, preciseDelay, mismatchedDelay } of synapses) {
      timed += Number(stp || preciseDelay || mismatchedDelay);
    }
  }
  const latches = latchNames.filter(
    (name) => !knownLatches.includes(name) && neurons.some((neuron) => neuron[name]),
  );
  return [
    ...(unread > 0 ? [`${unread} neurons are in use and were not asked for`] : []),
    ...(unsentTags > 0 ? [`${unsentTags} CAM entries listen to tags that nothing sends`] : []),
    ...(timed > 0 ? [`${timed} synapses have plasticity or delays, which are not simulated`] : []),
    ...(latches.length > 0 ? [`${latches.join(', ')} are closed, which is not simulated`] : []),
  ];
}

/** Names of the currents of a neuron, by model. */
const namesOf: Readonly<Record<CircuitModel, readonly string[]>> = {
  dynapSim: currentNames,
  dynapSe2: dynapSe2CurrentNames,
};

/** Switches of neurons that are known, as their latches have them. */
function switchesOf({ chips }: ChipConfiguration, hardware: readonly HardwareNeuron[]) {
  const neurons = hardware.map(
    ({ chip, core, neuron }) => chips[chip]!.cores[core]!.neurons[neuron]!,
  );
  return {
    Idc: neurons.map(({ latchSoDc }) => latchSoDc),
    Igain_ahp: neurons.map(({ latchSoAdaptation }) => latchSoAdaptation),
    If_nmda: neurons.map(({ latchDenmNmda }) => latchDenmNmda),
  };
}

/**
 * Reads a sound configuration back as the chip holds it, with the currents that its bias generators give. Its
 * synapses are read from the memory words when they are asked for.
 *
 * @throws InvalidArgumentError with everything that was asked for and is not there
 */
export function readDynapse2(
  configuration: ChipConfiguration,
  given: ReadOptions = {},
): ChipReading {
  const { inputs = [], hardware = [] } = given;
  const problems = [
    ...inputProblems(inputs),
    ...hardwareProblems(hardware, configuration.chips.length),
  ];
  if (problems.length > 0) {
    throw new InvalidArgumentError('this configuration cannot be read so', problems);
  }
  let known: NetworkReading | undefined;
  const reading = (): NetworkReading => {
    known ??= readNetwork(writeMemories(configuration), given);
    return known;
  };
  const neurons = (): readonly HardwareNeuron[] => given.hardware ?? reading().network.hardware;
  const current = currentReader(configuration);
  return {
    get network() {
      return reading().network;
    },
    get inputWords() {
      return reading().inputWords;
    },
    get remarks() {
      return remarksOn(configuration, reading());
    },
    problems: (model) => (model === 'dynapSim' ? lumpedProblems(reading().network, current) : []),
    parameters(model) {
      const own = neurons();
      const { If_nmda, ...always } = switchesOf(configuration, own);
      const on: Readonly<Record<string, readonly boolean[]>> =
        model === 'dynapSim' ? always : { ...always, If_nmda };
      const values = namesOf[model].map((name) => {
        const behind = lumpedCurrent(name);
        const named = Float64Array.from(own, (neuron, n) =>
          on[name]?.[n] === false ? 0 : current(neuron, behind),
        );
        return [name, named] as const;
      });
      return Object.fromEntries(values);
    },
    weights({ post, code, dendrite }: SynapseList, model) {
      const own = neurons();
      return Float64Array.from(post, (n, i) => {
        const neuron = own[n]!;
        let size = 0;
        for (const [bit, name] of bases.entries()) {
          if ((code[i]! >> bit) % 2 === 1) size += current(neuron, name);
        }
        return model === 'dynapSim' && dendrite[i] === gaba ? -size : size;
      });
    },
  };
}
