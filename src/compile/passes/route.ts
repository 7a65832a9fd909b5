/** Gives every source its events, and lists every limit of the board that a placed network violates. */
import { defaultFamily } from '../../chips/families.ts';
import type { ChipFamily, PlacedSynapses, Route } from '../../chips/family.ts';
import type { Problem } from '../../problems.ts';
import { bindTags } from './fixed-tags.ts';
import {
  destinationProblems,
  fanInProblems,
  inputProblems,
  placeProblems,
  tagProblems,
} from './limits.ts';
import { networkFaults } from './network-faults.ts';
import { sourcesOf } from './sources.ts';
import { tagSources } from './tags.ts';

/** What the routing of a network needs to know of a family. */
type Board = Pick<ChipFamily, 'limits' | 'entriesOf' | 'largestCode' | 'tagsOf'>;

/** A placed network with the events of its sources. */
export interface Routing {
  /** Events of each source: the input channels, then the neurons; none if the network is none. */
  readonly routes: readonly (readonly Route[])[];
  /** Every limit that is violated, with the neurons concerned and what would help. */
  readonly problems: readonly Problem[];
}

/**
 * Finds the tags of a network on its hardware neurons: input channel i has tag i and neuron n tag
 * `channels + n` if there are enough tags for that; otherwise tags are used again on cores that do not
 * hear each other's sources. Where sources cannot have any tag, each has one of its own. Lists every limit of the board that the network violates.
 *
 * @param family whose board it is; the DYNAP-SE2 if left out
 * @example
 * ```ts
 * const none = collectSynapses().list();
 * const neuron = { chip: 0, core: 0, neuron: 0 };
 * const network = { channels: 1, input: none, recurrent: none, hardware: [neuron, neuron] };
 * routeNetwork({ ...network, dc: [true, true], adaptation: [false, false] }).problems.length; // 1
 * ```
 */
export function routeNetwork(network: PlacedSynapses, family: Board = defaultFamily): Routing {
  const faults = networkFaults(network, family);
  if (faults.length > 0) return { routes: [], problems: faults };
  const { limits } = family;
  const sources = sourcesOf(network, limits);
  const { channels, hardware } = network;
  const tagging =
    family.tagsOf === undefined
      ? tagSources(sources, limits)
      : bindTags(sources, (source) => family.tagsOf!(hardware[source - channels]));
  const problems = [
    ...placeProblems(network, limits),
    ...fanInProblems(network, family),
    ...inputProblems(network, sources, limits),
    ...destinationProblems(network, sources, limits),
    ...tagProblems(network, sources, tagging, limits),
  ];
  return { routes: tagging.routes, problems };
}
