import { InvalidArgumentError } from 'spikeline';
import {
  type Bias,
  type ChipConfiguration,
  type CoreConfiguration,
  type CoreCurrentName,
  type CoreParameterName,
  chipLimits,
  coreCurrentNames,
  currentParameter,
  type Destination,
  dynapse2,
  eventOf,
  nearestBias,
  type PlacedSynapses,
  type SynapseList,
} from 'spikeline/chip';
import type { DendriteName, Random } from 'spikeline/neurons';
import { collectSynapses } from '#src/chips/collect';
import { dendrites, weightMask } from '#src/chips/dynapse2/configuration';
import { routeNetwork } from '#src/compile/passes/route';
import { dendriteNames } from '#src/neurons/dynap-se2/parameters';

/** Dendrites with samna's values, by their codes. */
export const dendriteOrder: readonly number[] = dendriteNames.map((name) => dendrites[name]);

/** What an allocated network makes of a board. */
export interface Allocated {
  /** Neurons with CAM, SRAM and latches. */
  readonly chips: readonly (readonly CoreConfiguration['neurons'][])[];
  /** Event words of each input channel, and where they lead. */
  readonly inputWords: readonly Uint32Array[];
  readonly inputChannels: readonly (readonly Destination[])[];
  /** Tag under which other neurons hear a neuron. */
  tagOf(neuron: number): number | undefined;
}

/** What is said against a network, as sentences. */
export function allocationProblems(network: PlacedSynapses): string[] {
  return routeNetwork(network).problems.map(({ needed }) => needed);
}

/** Lays a network out in the memories of a board. */
export function allocate(network: PlacedSynapses): Allocated {
  const { routes, problems } = routeNetwork(network);
  if (problems.length > 0) throw new InvalidArgumentError('this does not fit', problems);
  const { chips } = dynapse2.compile({ network, routes, cores: [] });
  const { channels } = network;
  const inputWords = routes
    .slice(0, channels)
    .map((own) => Uint32Array.from(own, (route) => dynapse2.inputWord(route)));
  return {
    chips: chips.map(({ cores }) => cores.map(({ neurons }) => neurons)),
    inputWords,
    inputChannels: inputWords.map((words) => Array.from(words, eventOf)),
    tagOf: (neuron) => routes[channels + neuron]?.[0]?.tag,
  };
}

/** A synapse as a test compares it: from `c3` (a channel) or `n3` (a neuron). */
export function synapseNames({ input, recurrent }: PlacedSynapses): string[] {
  const names = (kind: string, { pre, post, code, dendrite }: SynapseList): string[] =>
    Array.from(pre, (from, i) => `${kind}${from} ${post[i]} ${code[i]} ${dendrite[i]}`);
  return [...names('c', input), ...names('n', recurrent)].sort();
}

/** Currents of a core that fires readily. */
const lively: Readonly<Record<CoreCurrentName, number>> = {
  Idc: 2e-12,
  If_nmda: 5e-13,
  Igain_ahp: 2.8e-11,
  Igain_ampa: 8.7e-9,
  Igain_gaba: 8.7e-9,
  Igain_nmda: 8.7e-9,
  Igain_shunt: 8.7e-9,
  Igain_mem: 2.1e-11,
  Ipulse_ahp: 3.5e-7,
  Ipulse: 3.5e-8,
  Iref: 1e-9,
  Ispkthr: 8e-9,
  Itau_ahp: 2.8e-11,
  Itau_ampa: 8.7e-11,
  Itau_gaba: 8.7e-11,
  Itau_nmda: 8.7e-11,
  Itau_shunt: 8.7e-11,
  Itau_mem: 5.3e-12,
  Iw_0: 4e-9,
  Iw_1: 9e-9,
  Iw_2: 2e-8,
  Iw_3: 5e-8,
  Iw_ahp: 2e-12,
};

/** Puts neurons into a configuration; the currents of each core are `lively`, each off by up to `spread`. */
export function configurationOf(
  chips: Allocated['chips'],
  random: Random,
  spread = 0.3,
): ChipConfiguration {
  return {
    chips: chips.map((cores) => ({
      cores: cores.map((neurons) => {
        const parameters: Partial<Record<CoreParameterName, Bias>> = {};
        for (const name of coreCurrentNames) {
          const parameter = currentParameter[name];
          const factor = 1 + spread * (2 * random.uniform() - 1);
          parameters[parameter] = nearestBias(parameter, lively[name] * factor);
        }
        // A neuron with one synapse has one leak and one gain.
        parameters.DEGA_ITAU_P = parameters.DEAM_ETAU_P!;
        parameters.DEGA_IGAIN_P = parameters.DEAM_EGAIN_P!;
        return { neurons, parameters };
      }),
    })),
  };
}

/** Bounds of a random network. */
export interface RandomNetworkConfig {
  readonly neurons: number;
  readonly channels: number;
  readonly chips: number;
  /** Synapses of a neuron on average. */
  readonly fanIn: number;
  readonly kinds?: readonly DendriteName[];
  /** Neurons send to as many chips at most. */
  readonly chipsReached?: number;
}

/** A random network on random places, each its own. */
export function randomNetwork(random: Random, config: RandomNetworkConfig): PlacedSynapses {
  const { neurons, channels, chips, fanIn, chipsReached = 3 } = config;
  const { kinds = ['ampa', 'ampa', 'gaba'] } = config;
  const taken = new Set<number>();
  while (taken.size < neurons) {
    taken.add(random.integer(chips * chipLimits.cores * chipLimits.neurons));
  }
  const hardware = Array.from(taken, (at) => ({
    chip: Math.floor(at / 1024),
    core: Math.floor(at / 256) % 4,
    neuron: at % 256,
  }));
  const reached = hardware.map(() => new Set<number>());
  const input = collectSynapses();
  const recurrent = collectSynapses();
  const probability = fanIn / (channels + neurons);
  for (let pre = 0; pre < channels + neurons; pre++) {
    for (const [post, { chip }] of hardware.entries()) {
      if (random.uniform() >= probability) continue;
      const chipsOfPre = reached[pre - channels];
      if (chipsOfPre !== undefined && chipsOfPre.size >= chipsReached && !chipsOfPre.has(chip)) {
        continue;
      }
      chipsOfPre?.add(chip);
      const to = pre < channels ? input : recurrent;
      to.add(
        pre < channels ? pre : pre - channels,
        post,
        1 + random.integer(15),
        kinds[random.integer(kinds.length)]!,
      );
    }
  }
  return {
    channels,
    input: input.list(),
    recurrent: recurrent.list(),
    hardware,
    dc: hardware.map(() => random.uniform() < 0.3),
    adaptation: hardware.map(() => random.uniform() < 0.5),
    monitored: hardware.map(() => random.uniform() < 0.9),
  };
}

/** The synapses that spikes find when they follow the entries of a board, event by event: a reading of our own. */
export function followed(
  chips: Allocated['chips'],
  inputChannels: Allocated['inputChannels'],
  places: PlacedSynapses['hardware'],
): string[] {
  const index = new Map(
    places.map(({ chip, core, neuron }, n) => [`${chip}/${core}/${neuron}`, n]),
  );
  const listeners = new Map<string, string[]>();
  for (const [c, cores] of chips.entries()) {
    for (const [k, neurons] of cores.entries()) {
      for (const [n, { synapses }] of neurons.entries()) {
        for (const { tag, weight, dendrite } of synapses) {
          const key = `${c}/${k}/${tag}`;
          const kind = dendriteOrder.indexOf(dendrite);
          const entry = `${index.get(`${c}/${k}/${n}`)} ${weightMask(weight)} ${kind}`;
          listeners.set(key, [...(listeners.get(key) ?? []), entry]);
        }
      }
    }
  }
  const found: string[] = [];
  const follow = (name: string, from: number, all: (typeof inputChannels)[number]): void => {
    for (const { core, xHop, yHop, tag } of all) {
      if (yHop !== 0) continue;
      for (const [k, on] of core.entries()) {
        const heard = on ? (listeners.get(`${from + xHop}/${k}/${tag}`) ?? []) : [];
        found.push(...heard.map((entry) => `${name} ${entry}`));
      }
    }
  };
  for (const [channel, all] of inputChannels.entries()) follow(`c${channel}`, 0, all);
  for (const [n, { chip, core, neuron }] of places.entries()) {
    follow(`n${n}`, chip, chips[chip]![core]![neuron]!.destinations);
  }
  return found.sort();
}
