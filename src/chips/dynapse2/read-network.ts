/** Reads the synapses of a network from the memory words of a DYNAP-SE2 board. */
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import { collectSynapses } from '../collect.ts';
import type { HardwareNeuron, PlacedSynapses, ReadOptions } from '../family.ts';
import {
  camOf,
  keyOf,
  keysOf,
  neuronAt,
  routesOf,
  type UsedNeuron,
  usedNeurons,
} from './circuits.ts';
import { type Dendrite, dendrites, weightMask } from './configuration.ts';
import { coresOf, eventWord } from './event.ts';
import { type ChipMemory, synapseOf } from './memory.ts';

/** Dendrites with samna's values, by their codes. */
const order: readonly Dendrite[] = dendriteNames.map((name) => dendrites[name]);

/** Name of a hardware neuron: `chip/core/neuron`. */
export function nameOf({ chip, core, neuron }: HardwareNeuron): string {
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
export interface NetworkReading {
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
export function readNetwork(
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
