/** Streams whose times step back a little, as those of real cameras do, put in the order of time. */
import { InvalidArgumentError } from '../errors.ts';
import { having, number, type OptionTable, optionProblems } from '../options.ts';
import { type AerPacket, checkPacket } from './aer-packet.ts';
import { type EventStore, eventStore } from './event-store.ts';
import { type Losses, lossCounter } from './losses.ts';
import { sortEvents } from './sort.ts';
import { microseconds } from './ticks.ts';

/** How far times may step back. */
export interface InTimeOrderConfig {
  /** How long events wait for others that belong before them, seconds of stream time. */
  readonly lateness: number;
  /** Counts events that came too late for that, and are left out, as `late`; its own if left out. */
  readonly losses?: Losses;
}

/** Puts packets in order: a function for each packet, and `end` for what still waits. */
export interface InTimeOrder {
  /**
   * Takes the next packet and gives all events that no later one can come before.
   *
   * @throws DataError if it is no packet
   */
  (packet: AerPacket): AerPacket;
  /** Gives what still waits when the stream ends; undefined if there was no packet. */
  readonly end: () => AerPacket | undefined;
}

const table: OptionTable<InTimeOrderConfig> = {
  lateness: number({ min: 0, max: 1e6, unit: 'seconds' }),
  losses: having('a counter of losses', 'add'),
};

/**
 * Makes what puts the events of a stream in order of time. Events of the same time keep their order.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const order = inTimeOrder({ lateness: 1e-3 });
 * const packet = { ...aerPacket([0, 500], [0, 1], channels(2)), timestamps: Float64Array.of(500, 0), until: 500 };
 * order(packet).timestamps.length; // 0
 * order.end()!.timestamps; // Float64Array [0, 500]
 * ```
 */
export function inTimeOrder(config: InTimeOrderConfig): InTimeOrder {
  const problems = optionProblems(config, table, 'lateness');
  if (problems.length > 0) throw new InvalidArgumentError('no order can be made', problems);
  const { losses = lossCounter() } = config;
  const lateness = microseconds(config.lateness);
  const store = eventStore();
  let last: AerPacket | undefined;
  let newest = Number.NEGATIVE_INFINITY;
  let said = Number.NEGATIVE_INFINITY;
  /** All before this time has been given out. */
  let given = Number.NEGATIVE_INFINITY;
  let sorted = true;

  /** Adds the events that come in time; gives how many do not. */
  const add = (packet: AerPacket): number => {
    const { timestamps } = packet;
    let from = 0;
    let late = 0;
    for (let i = 0; i < timestamps.length; i++) {
      const time = timestamps[i]!;
      if (time >= newest) {
        newest = time;
        continue;
      }
      sorted = false;
      if (time >= given) continue;
      if (i > from) store.addRange(packet, from, i);
      late++;
      from = i + 1;
    }
    if (timestamps.length > from) store.addRange(packet, from, timestamps.length);
    return late;
  };
  const take = (count: number, until: number): AerPacket => {
    given = until;
    return { ...store.take(count), space: last!.space, until };
  };
  return Object.assign(
    (packet: AerPacket): AerPacket => {
      checkPacket(packet);
      last = packet;
      const late = add(packet);
      if (!sorted) sortStore(store);
      sorted = true;
      said = Math.max(said, newest, packet.until);
      const until = Math.max(given, said - lateness);
      const some = take(store.countBefore(until), until);
      losses.add('late', late);
      return some;
    },
    {
      end: () => (last === undefined ? undefined : take(store.length, said)),
    },
  );
}

function sortStore({ times, addresses, begin, end }: EventStore): void {
  sortEvents(times.subarray(begin, end), addresses.subarray(begin, end));
}
