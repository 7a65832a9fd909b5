import {
  type CoreConfiguration,
  type Dendrite,
  idleNeuron,
  type NeuronConfiguration,
  type SynapseConfiguration,
  weightSwitches,
} from '../chips/dynapse2/configuration.ts';
import { coresOf, type Destination, monitorDestination } from '../chips/dynapse2/event.ts';
import { chipLimits } from '../chips/dynapse2/limits.ts';
import { InvalidArgumentError } from '../errors.ts';
import { planAllocation } from './allocation-problems.ts';
import type { PlacedNetwork } from './synapses.ts';
import type { Route } from './tags.ts';

/** Memories of a board, and where each input channel has to be sent. */
export interface Allocation {
  /** Neurons with CAM, SRAM and latches, `[chip][core][neuron]`: chips up to the last one in use, each whole. */
  readonly chips: readonly (readonly CoreConfiguration['neurons'][])[];
  /** Destinations of each input channel; a channel that reaches nothing has none. */
  readonly inputChannels: readonly (readonly Destination[])[];
  /** Tag under which other neurons hear a neuron, the first where it has several; undefined where none does. */
  tagOf(neuron: number): number | undefined;
}

/** What an event needs to get from a chip along a route; the FPGA counts as the first chip. */
function destinationOf({ chip, cores, tag }: Route, from: number): Destination {
  return { core: coresOf(cores), xHop: chip - from, yHop: 0, tag };
}

const switchesOf = Array.from({ length: chipLimits.mask + 1 }, (_, mask) => weightSwitches(mask));

/** CAM entries of each neuron, those of the input channels first, by the order of who sends. */
function camEntries(
  { channels, input, recurrent, places }: PlacedNetwork,
  routes: readonly (readonly Route[])[],
): SynapseConfiguration[][] {
  const entries = places.map((): { source: number; synapse: SynapseConfiguration }[] => []);
  for (const [list, first] of [
    [input, 0],
    [recurrent, channels],
  ] as const) {
    for (let i = 0; i < list.pre.length; i++) {
      const source = first + list.pre[i]!;
      const post = list.post[i]!;
      const { chip, core } = places[post]!;
      const { tag } = routes[source]!.find(
        (route) => route.chip === chip && (route.cores >> core) % 2 === 1,
      )!;
      const synapse = {
        tag,
        weight: switchesOf[list.mask[i]!]!,
        dendrite: list.dendrite[i]! as Dendrite,
        stp: false,
        preciseDelay: false,
        mismatchedDelay: false,
      };
      entries[post]!.push({ source, synapse });
    }
  }
  return entries.map((own) =>
    own.sort((a, b) => a.source - b.source).map(({ synapse }) => synapse),
  );
}

/**
 * Lays a network out in the memories of a board: a CAM entry for each synapse, an SRAM entry for each chip
 * that a neuron reaches and one for the host, the latches. Input channel i has tag i and neuron n tag
 * `channels + n` where there are enough tags for that; otherwise tags are used again on cores that do not
 * hear each other's sources.
 *
 * @throws InvalidArgumentError with everything that {@link allocationProblems} lists
 * @example
 * ```ts
 * const synapses = collectSynapses();
 * synapses.add(0, 0, 15, dendrites.ampa);
 * const { inputChannels } = allocate({
 *   channels: 1,
 *   input: synapses.list(),
 *   recurrent: collectSynapses().list(),
 *   places: [{ chip: 2, core: 0, neuron: 7 }],
 *   dc: [false],
 *   adaptation: [false],
 * });
 * inputChannels[0]?.[0]?.xHop; // 2
 * ```
 */
export function allocate(network: PlacedNetwork): Allocation {
  const { routes, problems } = planAllocation(network);
  if (problems.length > 0) {
    throw new InvalidArgumentError('this network does not fit the board', problems);
  }
  const { channels, places, dc, adaptation, nmda, monitored } = network;
  const lastChip = places.reduce((last, { chip }) => Math.max(last, chip), 0);
  const idle = idleNeuron();
  const chips = Array.from({ length: lastChip + 1 }, () =>
    Array.from({ length: chipLimits.cores }, () =>
      new Array<NeuronConfiguration>(chipLimits.neurons).fill(idle),
    ),
  );
  for (const [n, synapses] of camEntries(network, routes).entries()) {
    const { chip, core, neuron } = places[n]!;
    const toHost = (monitored?.[n] ?? true) ? [monitorDestination(core, neuron)] : [];
    const toCores = routes[channels + n]!.map((route) => destinationOf(route, chip));
    chips[chip]![core]![neuron] = {
      ...idle,
      synapses,
      destinations: [...toHost, ...toCores],
      latchSoDc: dc[n]!,
      latchSoAdaptation: adaptation[n]!,
      latchDenmNmda: nmda?.[n] ?? false,
    };
  }
  return {
    chips,
    inputChannels: routes
      .slice(0, channels)
      .map((all) => all.map((route) => destinationOf(route, 0))),
    tagOf: (neuron) => routes[channels + neuron]?.[0]?.tag,
  };
}
