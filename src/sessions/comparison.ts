/** What a run gave and what was recorded of it, signal by signal. */
import type { AerPacket } from '../events/aer-packet.ts';
import { itemUntil } from '../events/items.ts';
import type { StreamItem } from '../events/series.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import { type SpikeDistance, spikeComparison } from './spike-distance.ts';

/** How far two streams of values are apart. */
export interface ValueDistance {
  /** Values that were recorded. */
  readonly recorded: number;
  /** Values that came now. */
  readonly replayed: number;
  /** Values that are not the same to the last bit. */
  readonly different: number;
  /** Largest difference of two values, in their unit. */
  readonly largest: number;
}

/** How far a signal is from what was recorded of it. */
export type SignalDistance = (SpikeDistance | ValueDistance) & {
  /** Whether it is the same to the last bit, over the same time. */
  readonly identical: boolean;
};

/** Compares a signal as it comes. */
export interface SignalComparison {
  recorded(item: StreamItem): void;
  replayed(item: StreamItem): void;
  /** How far it is by now, as far as both have spoken. */
  sofar(): SignalDistance;
  /** How far it is; `cutOff` says that what was recorded may have gone on. */
  total(cutOff: boolean): SignalDistance;
}

/** Over which time a stream has spoken. */
interface Extent {
  steps: number;
  until: number;
}

function extend(extent: Extent, item: StreamItem): void {
  if ('steps' in item) extent.steps += item.steps;
  extent.until = Math.max(extent.until, itemUntil(item));
}

/** Starts to compare a signal: spikes that are at most `within` µs apart are a pair. */
export function signalComparison(within: number): SignalComparison {
  const [spikes, values] = [spikeComparison(within), valueComparison()];
  const [then, now]: readonly [Extent, Extent] = [
    { steps: 0, until: Number.NEGATIVE_INFINITY },
    { steps: 0, until: Number.NEGATIVE_INFINITY },
  ];
  let areValues = false;
  const take = (item: StreamItem, side: 'recorded' | 'replayed'): void => {
    extend(side === 'recorded' ? then : now, item);
    if ('steps' in item && 'values' in item) {
      areValues = true;
      values.take(side, item);
    } else spikes[side](item as SpikeRaster | AerPacket);
  };
  const distance = (before: number | undefined, sameTime: boolean): SignalDistance => {
    if (areValues) {
      const found = values.distance();
      const enough = before !== undefined || found.recorded === found.replayed;
      return { ...found, identical: sameTime && enough && found.different === 0 };
    }
    const found = spikes.distance(before);
    const { recorded, replayed, matched, shifted } = found;
    const paired = matched === recorded && matched === replayed && shifted === 0;
    return { ...found, identical: sameTime && paired };
  };
  return {
    recorded: (item) => take(item, 'recorded'),
    replayed: (item) => take(item, 'replayed'),
    sofar: () => distance(Math.min(then.until, now.until) - within, true),
    total(cutOff) {
      if (cutOff) return distance(then.until, now.until >= then.until && now.steps >= then.steps);
      return distance(undefined, now.until === then.until && now.steps === then.steps);
    },
  };
}

/** Compares values in their order. */
function valueComparison() {
  const waiting: { recorded: number[]; replayed: number[] } = { recorded: [], replayed: [] };
  const counts = { recorded: 0, replayed: 0 };
  let [different, largest] = [0, 0];
  const take = (side: 'recorded' | 'replayed', { values }: SignalRaster): void => {
    const [own, other] = [waiting[side], waiting[side === 'recorded' ? 'replayed' : 'recorded']];
    counts[side] += values.length;
    const pairs = Math.min(values.length, other.length);
    for (let i = 0; i < pairs; i++) {
      const [a, b] = [values[i]!, other[i]!];
      if (Object.is(a, b)) continue;
      different++;
      const apart = Math.abs(a - b);
      if (!(apart <= largest)) largest = apart;
    }
    other.splice(0, pairs);
    for (let i = pairs; i < values.length; i++) own.push(values[i]!);
  };
  return {
    take,
    distance: (): ValueDistance => ({ ...counts, different, largest }),
  };
}
