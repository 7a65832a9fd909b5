import { chipLimits } from '../chips/dynapse2/limits.ts';
import { oneOf } from '../chips/dynapse2/settings.ts';
import type { Place } from './places.ts';
import type { PlacedNetwork, SynapseList } from './synapses.ts';

/** Cores of one chip. */
export interface CoresOfChip {
  /** Chip on the board. */
  readonly chip: number;
  /** Its cores as a mask; core 0 is the lowest bit. */
  readonly cores: number;
}

/** Something whose spikes need tags: an input channel or a neuron. */
export interface Source {
  /** Cores that listen, chip by chip in order. */
  readonly reach: readonly CoresOfChip[];
  /** SRAM entries left over when each chip has one; a channel of the host has no bound. */
  readonly spare: number;
}

/** Whether a place is on one of four cores, be it of a chip that exists or not. */
export function isOnCore({ chip, core }: Place): boolean {
  return oneOf(chip, Number.POSITIVE_INFINITY) && oneOf(core, chipLimits.cores);
}

/** All sources of a network: the input channels, then the neurons. */
export function sourcesOf(network: PlacedNetwork): Source[] {
  const { channels, places, monitored } = network;
  const masks = Array.from({ length: channels + places.length }, () => new Map<number, number>());
  const listen = ({ pre, post }: SynapseList, first: number): void => {
    for (let i = 0; i < pre.length; i++) {
      const place = places[post[i]!]!;
      if (!isOnCore(place)) continue;
      const mask = masks[first + pre[i]!]!;
      mask.set(place.chip, (mask.get(place.chip) ?? 0) | (1 << place.core));
    }
  };
  listen(network.input, 0);
  listen(network.recurrent, channels);
  return masks.map((mask, source) => {
    const reach = Array.from(mask, ([chip, cores]) => ({ chip, cores })).sort(
      (a, b) => a.chip - b.chip,
    );
    if (source < channels) return { reach, spare: Number.POSITIVE_INFINITY };
    const reports = Number(monitored?.[source - channels] ?? true);
    return { reach, spare: chipLimits.destinations - reports - reach.length };
  });
}
