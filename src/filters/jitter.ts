/** Events whose times are uncertain, as those of a slow readout are. */
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { eventStore } from '../events/event-store.ts';
import { lossesCheck } from '../events/losses.ts';
import { sortEvents } from '../events/sort.ts';
import type { Space } from '../events/space.ts';
import { microseconds } from '../events/ticks.ts';
import { number, type OptionTable, seedCheck, soundOptions } from '../options.ts';
import { randomStream } from '../random.ts';
import { type Filter, type FilterConfig, once } from './filter.ts';

/** Configuration of `jitter`. */
export interface JitterConfig extends FilterConfig {
  /** Standard deviation by which times are moved, seconds; nothing is moved by more than four of them. */
  readonly sigma: number;
  /** Seed of the random numbers. */
  readonly seed: number;
}

const optionTable: OptionTable<JitterConfig> = {
  sigma: number({ min: 0, max: 1e6, unit: 'seconds' }),
  seed: seedCheck,
  losses: lossesCheck,
};

/**
 * Makes the filter of `jitter`. Events are held back until no later one can come before them, so that each packet's
 * `until` lies four `sigma` before that of the one that came in.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const moved = jitterFilter({ sigma: 1e-3, seed: 1 });
 * moved(aerPacket([5000], [0], channels(1), 10_000)).until; // 6000
 * ```
 */
export function jitterFilter<S extends Space>(
  config: JitterConfig,
): Filter<AerPacket<S>, AerPacket<S>> {
  config = soundOptions('times cannot be moved', config, optionTable, 'sigma', 'seed');
  const sigma = config.sigma * 1e6;
  const most = microseconds(4 * config.sigma);
  const random = randomStream(config.seed, 'jitter');
  const keepSpace = once((space: S) => space);
  const store = eventStore();
  let space: S | undefined;
  let said = Number.NEGATIVE_INFINITY;
  let given = Number.NEGATIVE_INFINITY;
  const move = ({ timestamps, addresses, until }: AerPacket<S>): AerPacket<S> => {
    const times = new Float64Array(timestamps.length);
    for (let i = 0; i < times.length; i++) {
      const by = Math.round(sigma * random.normal());
      // What comes after its time would come before what was given out.
      times[i] = Math.max(given, timestamps[i]! + Math.min(most, Math.max(-most, by)));
    }
    return { timestamps: times, addresses, space: space!, until };
  };
  /** Gives out the events that lie before a time, and keeps the others. */
  const giveUntil = (until: number, before = until): AerPacket<S> => {
    const { timestamps, addresses } = store.takeAll();
    sortEvents(timestamps, addresses);
    let count = 0;
    while (count < timestamps.length && timestamps[count]! < before) count++;
    const rest = { timestamps, addresses, space: space!, until };
    store.addRange(rest, count, timestamps.length);
    given = until;
    return {
      timestamps: timestamps.slice(0, count),
      addresses: addresses.slice(0, count),
      space: space!,
      until,
    };
  };
  return Object.assign(
    (packet: AerPacket<S>) => {
      packet = soundPacket(packet);
      space = keepSpace(packet.space);
      const moved = move(packet);
      store.addRange(moved, 0, moved.timestamps.length);
      said = Math.max(said, packet.until);
      return giveUntil(Math.max(given, said - most));
    },
    {
      end: () => {
        if (space === undefined) return undefined;
        // Nothing comes any more: what was moved beyond the end is given too.
        const last = giveUntil(Math.max(given, said), Number.POSITIVE_INFINITY);
        return { ...last, until: Math.max(last.until, last.timestamps.at(-1) ?? last.until) };
      },
    },
  );
}
