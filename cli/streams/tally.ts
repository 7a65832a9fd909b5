/** Spikes of a run, by channel. */
import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { TargetInput } from 'spikeline';

/** What went through. */
export interface Tally {
  /** Events, or spikes in rasters. */
  readonly spikes: number;
  /** Time from the beginning to the end of all that came, seconds. */
  readonly duration: number;
  /** Spikes by channel. */
  readonly counts: Float64Array;
  /** Counts what passes. */
  passing<Item extends TargetInput>(): MonoTypeOperatorFunction<Item>;
}

/** Starts to count the spikes of so many channels. */
export function tally(channels: number): Tally {
  const counts = new Float64Array(channels);
  let [spikes, first, last] = [0, Number.NaN, Number.NaN];
  const span = (from: number, to: number): void => {
    if (Number.isNaN(first)) first = from;
    last = to;
  };
  const take = (input: TargetInput): void => {
    if ('timestamps' in input) {
      const { addresses, timestamps, until } = input;
      for (const address of addresses) {
        if (address < channels) counts[address]! += 1;
      }
      spikes += addresses.length;
      span(timestamps[0] ?? until, until);
      return;
    }
    const { counts: bins, steps, dt, startTime } = input;
    for (let i = 0; i < bins.length; i++) {
      counts[i % channels]! += bins[i]!;
      spikes += bins[i]!;
    }
    span(startTime, startTime + steps * dt * 1e6);
  };
  return {
    counts,
    get spikes() {
      return spikes;
    },
    get duration() {
      return Number.isNaN(first) ? 0 : (last - first) / 1e6;
    },
    passing: <Item extends TargetInput>() => tap<Item>(take),
  };
}
