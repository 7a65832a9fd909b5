/** Who needs tags: input channels and neurons, and the cores that listen to them. */
import type { ChipLimits, CorePlacement, PlacedSynapses, SynapseList } from '../../chips/family.ts';

/** Whether `value` is one of `count` numbers from 0. */
export function isOneOf(value: unknown, count: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < count;
}

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
  /** Entries left over when each chip has one; a channel of the host has no bound. */
  readonly spare: number;
}

/** Whether a place is on a core that exists, be it of a chip that exists or not. */
export function isOnCore({ chip, core }: CorePlacement, { cores }: ChipLimits): boolean {
  return isOneOf(chip, Number.POSITIVE_INFINITY) && isOneOf(core, cores);
}

/** All sources of a network: the input channels, then the neurons. */
export function sourcesOf(network: PlacedSynapses, limits: ChipLimits): Source[] {
  const { channels, hardware, monitored } = network;
  const masks = Array.from({ length: channels + hardware.length }, () => new Map<number, number>());
  const exists = hardware.map((place) => isOnCore(place, limits));
  const listen = ({ pre, post }: SynapseList, first: number): void => {
    for (let i = 0; i < pre.length; i++) {
      const n = post[i]!;
      if (!exists[n]) continue;
      const { chip, core } = hardware[n]!;
      const mask = masks[first + pre[i]!]!;
      mask.set(chip, (mask.get(chip) ?? 0) | (1 << core));
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
    return { reach, spare: limits.destinations - reports - reach.length };
  });
}
