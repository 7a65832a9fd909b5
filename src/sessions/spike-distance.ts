/** How far two streams of spikes are apart: which spikes of one have a partner in the other. */

import type { AerPacket } from '../events/aer-packet.ts';
import { binStart } from '../events/bins.ts';
import type { SpikeRaster } from '../events/spike-raster.ts';

/** How far two streams of spikes are apart. */
export interface SpikeDistance {
  /** Spikes that were recorded. */
  readonly recorded: number;
  /** Spikes that came now. */
  readonly replayed: number;
  /** Pairs of one spike each, on one channel, no further apart than is allowed. */
  readonly matched: number;
  /** Pairs whose times are not the same. */
  readonly shifted: number;
  /**
   * Share of all spikes that have no partner, from 0 (each has one) to 1 (none has): 1 − 2·matched / (recorded + replayed); 0 if
   * there are no spikes.
   */
  readonly distance: number;
  /** Largest difference of a channel, spikes. */
  readonly largestDifference: number;
}

/** Compares two streams of spikes as they come. */
export interface SpikeComparison {
  /** Takes what was recorded, in the order of time. */
  recorded(item: SpikeRaster | AerPacket): void;
  /** Takes what came now, in the order of time. */
  replayed(item: SpikeRaster | AerPacket): void;
  /** How far they are apart, of what was recorded before a time and came now; all if it is left out. */
  distance(before?: number): SpikeDistance;
}

/** Spikes of one channel that have no partner yet, oldest first: times, and how many there are at each. */
class Waiting {
  count = 0;
  #times: number[] = [];
  #counts: number[] = [];
  #at = 0;

  get head(): number | undefined {
    return this.#times[this.#at];
  }

  /** How many there are at the head. */
  get many(): number {
    return this.#counts[this.#at]!;
  }

  /** Spikes from `time` on. */
  leftFrom(time: number): number {
    let count = 0;
    for (let i = this.#times.length - 1; i >= this.#at && this.#times[i]! >= time; i--) {
      count += this.#counts[i]!;
    }
    return count;
  }

  push(time: number, count: number): void {
    this.#times.push(time);
    this.#counts.push(count);
    this.count += count;
  }

  /** Takes so many from the head. */
  take(count: number): void {
    const left = this.many - count;
    this.#counts[this.#at] = left;
    if (left > 0) return;
    this.#at++;
    if (this.#at < 1024 || this.#at * 2 < this.#times.length) return;
    this.#times = this.#times.slice(this.#at);
    this.#counts = this.#counts.slice(this.#at);
    this.#at = 0;
  }
}

interface Side {
  readonly channels: Map<number, Waiting>;
  count: number;
}

/**
 * Starts to compare two streams of spikes of one kind, packets or rasters, channel by channel: the oldest spikes of both are a pair if they are at most
 * `within` µs apart, which makes as many pairs as can be.
 */
export function spikeComparison(within: number): SpikeComparison {
  const recorded: Side = { channels: new Map(), count: 0 };
  const replayed: Side = { channels: new Map(), count: 0 };
  let [matched, shifted] = [0, 0];
  const waiting = ({ channels }: Side, channel: number): Waiting => {
    let found = channels.get(channel);
    if (found === undefined) {
      found = new Waiting();
      channels.set(channel, found);
    }
    return found;
  };
  /** Pairs what can be paired of a channel. */
  const pair = (channel: number): void => {
    const [a, b] = [waiting(recorded, channel), waiting(replayed, channel)];
    for (;;) {
      const [first, second] = [a.head, b.head];
      if (first === undefined || second === undefined) return;
      if (Math.abs(first - second) <= within) {
        const count = Math.min(a.many, b.many);
        matched += count;
        if (first !== second) shifted += count;
        a.take(count);
        b.take(count);
      } else if (first < second) a.take(a.many);
      else b.take(b.many);
    }
  };
  const put = (side: Side, channel: number, time: number, count: number): void => {
    waiting(side, channel).push(time, count);
    side.count += count;
    pair(channel);
  };
  const take = (side: Side, item: SpikeRaster | AerPacket): void => {
    if ('timestamps' in item) {
      const { timestamps, addresses } = item;
      for (let i = 0; i < timestamps.length; i++) put(side, addresses[i]!, timestamps[i]!, 1);
      return;
    }
    const { counts, channels, dt, startTime } = item;
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] === 0) continue;
      put(side, i % channels, binStart(Math.floor(i / channels), dt, startTime), counts[i]!);
    }
  };
  const largest = (): number => {
    const channels = new Set([...recorded.channels.keys(), ...replayed.channels.keys()]);
    let most = 0;
    for (const channel of channels) {
      const [a, b] = [recorded, replayed].map((side) => side.channels.get(channel)?.count ?? 0);
      most = Math.max(most, Math.abs(a! - b!));
    }
    return most;
  };
  return {
    recorded: (item) => take(recorded, item),
    replayed: (item) => take(replayed, item),
    distance(before = Number.POSITIVE_INFINITY) {
      const open = (side: Side): number =>
        [...side.channels.values()].reduce((sum, one) => sum + one.leftFrom(before), 0);
      const [was, is] = [recorded.count - open(recorded), replayed.count - open(replayed)];
      const total = was + is;
      return {
        recorded: was,
        replayed: is,
        matched,
        shifted,
        distance: total === 0 ? 0 : Math.max(0, 1 - (2 * matched) / total),
        largestDifference: largest(),
      };
    },
  };
}
