/** Reads the synapses of a network from the memory words of a board, whatever the words are. */
import { collectSynapses } from './collect.ts';
import type { HardwareNeuron, PlacedSynapses, ReadOptions, Route } from './family.ts';

/** A neuron in use, with the switches that its words hold. */
export interface ReadNeuron extends HardwareNeuron {
  /** Whether its DC input is on. */
  readonly dc: boolean;
  /** Whether it adapts. */
  readonly adaptation: boolean;
  /** Whether the membrane gates its NMDA dendrite. */
  readonly nmda?: boolean;
}

/** Where the spikes of a neuron go. */
export interface NeuronRoutes {
  /** Event words under which the host hears them. */
  readonly toHost: Uint32Array;
  /** Keys of the listeners on the board. */
  readonly toCores: Uint32Array;
}

/** How the memory words of a board are looked through. */
export interface NetworkWords<Neuron extends ReadNeuron> {
  /** All neurons in use: those that listen, have their DC input on, or send; in the order chip, core, neuron. */
  used(): readonly Neuron[];
  /** A neuron, in use or not. */
  neuronAt(place: HardwareNeuron): Neuron;
  /** Where the spikes of a neuron go. */
  routesOf(neuron: Neuron): NeuronRoutes;
  /** Calls back with each entry of a neuron that can charge anything: its tag, its code, its dendrite. */
  eachEntry(neuron: Neuron, visit: (tag: number, code: number, dendrite: number) => void): void;
  /** The key of a tag on a core: the same number where a spike arrives and where an entry listens. */
  keyOf(chip: number, core: number, tag: number): number;
  /** Keys that an event from the host reaches. */
  keysOf(word: number): readonly number[];
  /** Event word with which the host follows a route. */
  inputWord(route: Route): number;
}

/** What the memories of a board say of its network. */
export interface NetworkReading {
  /** The network: neurons in the order chip, core, neuron. */
  readonly network: PlacedSynapses;
  readonly inputWords: readonly Uint32Array[];
  /** Entries under tags that nothing sends. */
  readonly unsentTags: number;
  /** Neurons in use that were not asked for. */
  readonly unread: number;
}

/** Name of a hardware neuron: `chip/core/neuron`. */
export function nameOf({ chip, core, neuron }: HardwareNeuron): string {
  return `${chip}/${core}/${neuron}`;
}

/** One channel for each tag that some core listens to and no neuron sends there, in the order of tags. */
function foreignTags<Neuron extends ReadNeuron>(
  words: NetworkWords<Neuron>,
  neurons: readonly Neuron[],
  sent: ReadonlySet<number>,
): Uint32Array[] {
  const channels = new Map<number, Map<number, number>>();
  for (const neuron of neurons) {
    const { chip, core } = neuron;
    words.eachEntry(neuron, (tag) => {
      if (sent.has(words.keyOf(chip, core, tag))) return;
      const chips = channels.get(tag) ?? new Map<number, number>();
      channels.set(tag, chips.set(chip, (chips.get(chip) ?? 0) | (1 << core)));
    });
  }
  return [...channels]
    .sort(([a], [b]) => a - b)
    .map(([tag, chips]) =>
      Uint32Array.from(chips, ([chip, cores]) => words.inputWord({ chip, cores, tag })),
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

/**
 * Reads each entry as a synapse from every neuron and input channel that sends its tag to its core. All dendrites,
 * cores and chips are read; neurons count that listen, have their DC input on, or send anywhere, the host included.
 */
export function readNetwork<Neuron extends ReadNeuron>(
  words: NetworkWords<Neuron>,
  { inputs, hardware }: ReadOptions,
): NetworkReading {
  const used = words.used();
  const neurons = hardware?.map((place) => words.neuronAt(place)) ?? used;
  const read = new Set(neurons.map(nameOf));
  const routes = neurons.map((neuron) => words.routesOf(neuron));
  const sendingNeurons = sendersOf(routes.map(({ toCores }) => toCores));
  const inputWords = inputs ?? foreignTags(words, neurons, new Set(sendingNeurons.keys()));
  const sendingChannels = sendersOf(
    inputWords.map((own) => Array.from(own).flatMap((word) => words.keysOf(word))),
  );
  const input = collectSynapses();
  const recurrent = collectSynapses();
  let unsentTags = 0;
  for (const [post, neuron] of neurons.entries()) {
    const { chip, core } = neuron;
    words.eachEntry(neuron, (tag, code, dendrite) => {
      const key = words.keyOf(chip, core, tag);
      const channels = sendingChannels.get(key) ?? none;
      const senders = sendingNeurons.get(key) ?? none;
      for (const pre of channels) input.add(pre, post, code, dendrite);
      for (const pre of senders) recurrent.add(pre, post, code, dendrite);
      if (channels.length + senders.length === 0) unsentTags++;
    });
  }
  const network: PlacedSynapses = {
    channels: inputWords.length,
    input: input.list(),
    recurrent: recurrent.list(),
    hardware: neurons.map(({ chip, core, neuron }) => ({ chip, core, neuron })),
    dc: neurons.map(({ dc }) => dc),
    adaptation: neurons.map(({ adaptation }) => adaptation),
    nmda: neurons.map(({ nmda = false }) => nmda),
    monitored: routes.map(({ toHost }) => toHost.length > 0),
  };
  const unread = used.filter((neuron) => !read.has(nameOf(neuron))).length;
  return { network, inputWords, unsentTags, unread };
}
