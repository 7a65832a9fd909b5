import {
  camOf,
  keyOf,
  keysOf,
  neuronAt,
  routesOf,
  type UsedNeuron,
  usedNeurons,
} from '../chips/dynapse2/circuits.ts';
import { dendrites, weightMask } from '../chips/dynapse2/configuration.ts';
import {
  coreMask,
  coresOf,
  type Destination,
  destinationProblems,
  eventWord,
} from '../chips/dynapse2/event.ts';
import { chipLimits } from '../chips/dynapse2/limits.ts';
import { type ChipMemory, synapseOf } from '../chips/dynapse2/memory.ts';
import { oneOf } from '../chips/dynapse2/settings.ts';
import { InvalidArgumentError } from '../errors.ts';
import { within } from '../problems.ts';
import type { Place } from './places.ts';
import { collectSynapses, type PlacedNetwork } from './synapses.ts';

/** What the memories of a board say of its network. */
export interface NetworkReading {
  /** The network: neurons in the order chip, core, neuron. */
  readonly network: PlacedNetwork;
  /** Destinations of each input channel. */
  readonly inputChannels: readonly (readonly Destination[])[];
  /** CAM entries under tags that nothing sends. */
  readonly unheard: number;
  /** Neurons in use that are not among the places asked for. */
  readonly unread: number;
}

type InputChannels = readonly (readonly Destination[])[];

/** Refuses destinations that no event can have. */
function checkInputs(inputs: InputChannels): void {
  const problems = inputs.flatMap((all, channel) =>
    all.flatMap((destination) => within(`inputs[${channel}]`, destinationProblems(destination))),
  );
  if (problems.length > 0) {
    throw new InvalidArgumentError('these input channels cannot be', problems);
  }
}

/** Refuses places that a board of so many chips does not have. */
function checkPlaces(places: readonly Place[], chips: number): void {
  const problems = places.flatMap(({ chip, core, neuron }, n) =>
    oneOf(chip, chips) && oneOf(core, chipLimits.cores) && oneOf(neuron, chipLimits.neurons)
      ? []
      : [
          `place ${n} is neuron ${neuron} of core ${core} of chip ${chip}; ${chips} chips of 4 cores of 256 neurons are configured`,
        ],
  );
  const names = places.map(placeName);
  const twice = names.filter((name, n) => names.indexOf(name) !== n);
  if (twice.length > 0) problems.push(`${twice.join(', ')} (chip/core/neuron) are named twice`);
  if (problems.length > 0) throw new InvalidArgumentError('these neurons cannot be read', problems);
}

function placeName({ chip, core, neuron }: Place): string {
  return `${chip}/${core}/${neuron}`;
}

/** One channel for each tag that some core listens to and no neuron sends there, in the order of tags. */
function foreignTags(
  memories: readonly ChipMemory[],
  neurons: readonly UsedNeuron[],
  sent: ReadonlySet<number>,
): Destination[][] {
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
      [...chips].map(([chip, cores]) => ({ core: coresOf(cores), xHop: chip, yHop: 0, tag })),
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

/**
 * Reads a network back from memory words: each CAM entry is a synapse from every neuron and input
 * channel that sends its tag to its core. All dendrites, cores and chips are read; neurons count that
 * listen, have their DC input on, or send anywhere, the host included.
 *
 * @param inputs destinations of each input channel; where left out, one channel for each tag that is
 * listened to and that no neuron sends to the same core
 * @param places neurons to read, in this order; all that count where left out
 */
export function readNetwork(
  memories: readonly ChipMemory[],
  inputs?: InputChannels,
  places?: readonly Place[],
): NetworkReading {
  if (inputs !== undefined) checkInputs(inputs);
  if (places !== undefined) checkPlaces(places, memories.length);
  const used = usedNeurons(memories);
  const neurons = places?.map((place) => neuronAt(memories, place)) ?? used;
  const read = new Set(neurons.map(placeName));
  const routes = routesOf(memories, neurons);
  const sendingNeurons = sendersOf(routes.map(({ toCores }) => toCores));
  const inputChannels = inputs ?? foreignTags(memories, neurons, new Set(sendingNeurons.keys()));
  const sendingChannels = sendersOf(
    inputChannels.map((all) =>
      all
        .filter(({ core }) => coreMask(core) !== 0)
        .flatMap((destination) => keysOf(eventWord(destination), 0, memories.length)),
    ),
  );
  const input = collectSynapses();
  const recurrent = collectSynapses();
  let unheard = 0;
  for (const [post, neuron] of neurons.entries()) {
    const { chip, core } = neuron;
    for (const word of camOf(memories, neuron)) {
      const { tag, weight, dendrite } = synapseOf(word);
      const mask = weightMask(weight);
      if (mask === 0 || dendrite === dendrites.none) continue;
      const key = keyOf(chip, core, tag);
      const channels = sendingChannels.get(key) ?? [];
      const senders = sendingNeurons.get(key) ?? [];
      for (const pre of channels) input.add(pre, post, mask, dendrite);
      for (const pre of senders) recurrent.add(pre, post, mask, dendrite);
      if (channels.length + senders.length === 0) unheard++;
    }
  }
  const network: PlacedNetwork = {
    channels: inputChannels.length,
    input: input.list(),
    recurrent: recurrent.list(),
    places: neurons.map(({ chip, core, neuron }) => ({ chip, core, neuron })),
    dc: neurons.map(({ dc }) => dc),
    adaptation: neurons.map(({ adaptation }) => adaptation),
    nmda: neurons.map(({ nmda }) => nmda),
    monitored: routes.map(({ toHost }) => toHost.length > 0),
  };
  const unread = used.filter((neuron) => !read.has(placeName(neuron))).length;
  return { network, inputChannels, unheard, unread };
}
