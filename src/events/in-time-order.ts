/** Streams whose times step back a little, as those of real cameras do, put in the order of time. */
import { number, type OptionTable, soundOptions } from '../options.ts';
import { type AerPacket, soundForm, soundPacket } from './aer-packet.ts';
import { astraySieve } from './astray.ts';
import { type Losses, lossCounter, lossesCheck } from './losses.ts';
import { sortEvents } from './sort.ts';
import { microseconds } from './ticks.ts';

/** How far times may step back. */
export interface InTimeOrderConfig {
  /** How long events wait for others that belong before them, seconds of stream time. */
  readonly lateness: number;
  /** Counts events that came too late for that, and are left out, as `late`, and those that are `astray`; its own if left out. */
  readonly losses?: Losses;
}

/** Puts packets in order: a function for each packet, and `end` for what still waits. */
export interface InTimeOrder {
  /**
   * Takes the next packet and gives all events that no later one can come before, in packets.
   *
   * @throws DataError if it is no packet
   */
  (packet: AerPacket): AerPacket[];
  /** Gives what still waits when the stream ends. */
  readonly end: () => AerPacket[];
}

/** Farthest that a single event may lie ahead of all others before it is asked for what comes next, µs. */
const mostLeap = 60e6;

const table: OptionTable<InTimeOrderConfig> = {
  lateness: number({ min: 0, max: 1e6, unit: 'seconds' }),
  losses: lossesCheck,
};

/**
 * Makes what puts the events of a stream in order of time. Events of the same time keep their order. Packets that are in
 * order go on as they are. A single event more than a minute ahead of all before it, which what comes next does not follow, is broken:
 * it is left out and counted as `astray`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const order = inTimeOrder({ lateness: 1e-3 });
 * const packet = { ...aerPacket([0, 500], [0, 1], channels(2)), timestamps: Float64Array.of(500, 0), until: 500 };
 * order(packet).length; // 0
 * order.end()[0]!.timestamps; // Float64Array [0, 500]
 * ```
 */
export function inTimeOrder(config: InTimeOrderConfig): InTimeOrder {
  config = soundOptions('no order can be made', config, table, 'lateness');
  const { losses = lossCounter() } = config;
  const lateness = microseconds(config.lateness);
  const sieve = astraySieve(Math.max(mostLeap, lateness), losses);
  /** Packets that wait, each in order, one after the other in time. */
  let waiting: AerPacket[] = [];
  /** Those of them that were made of several. */
  const mixed = new WeakSet<AerPacket>();
  let said = Number.NEGATIVE_INFINITY;
  /** All before this time has been given out. */
  let given = Number.NEGATIVE_INFINITY;

  const add = (given: AerPacket): void => {
    // Those that rise are finite if both ends are.
    const rises = isSorted(given.timestamps);
    if (!(rises && areFinite(given.timestamps[0], given.timestamps.at(-1)))) soundPacket(given);
    const packet = sieve.push(given, rises);
    put(packet, packet === given ? rises : isSorted(packet.timestamps));
  };
  /** Adds a packet of which every time can be believed. */
  const put = (packet: AerPacket, sorted: boolean): void => {
    const { timestamps, until } = packet;
    const last = waiting.at(-1)?.timestamps.at(-1) ?? given;
    said = Math.max(said, until, timestamps.at(-1) ?? until);
    if (timestamps.length === 0) return;
    if (sorted && timestamps[0]! >= last) waiting.push(packet);
    else {
      const { kept, late } = inTime(packet, given);
      for (const time of kept.timestamps) if (time > said) said = time;
      if (kept.timestamps.length > 0) {
        waiting = sortedInto(waiting, kept);
        mixed.add(waiting.at(-1)!);
      }
      losses.add('late', late);
    }
  };
  /**
   * Gives what lies before `until`. A packet that goes beyond it waits as a whole, since cutting is copying; unless it is one of
   * several, to which each that comes might be added.
   */
  const release = (until: number): AerPacket[] => {
    const released: AerPacket[] = [];
    while (waiting.length > 0) {
      const packet = waiting[0]!;
      const count = countBefore(packet.timestamps, until);
      if (count < packet.timestamps.length) {
        if (count === 0 || !mixed.has(packet)) break;
        released.push({ ...piece(packet, 0, count), until });
        waiting[0] = piece(packet, count, packet.timestamps.length);
        mixed.add(waiting[0]);
        break;
      }
      waiting.shift();
      released.push({ ...packet, until: Math.min(packet.until, until) });
    }
    given = until;
    return released;
  };
  return Object.assign(
    (packet: AerPacket): AerPacket[] => {
      packet = soundForm(packet);
      const before = given;
      add(packet);
      const until = Math.max(before, said - lateness);
      const released = release(until);
      // Silence is passed on too, if nothing waits.
      const silent = packet.timestamps.length === 0 && waiting.length === 0 && until > before;
      return silent ? [...released, { ...packet, until }] : released;
    },
    {
      end: () => {
        const held = sieve.end();
        if (held !== undefined) put(held, true);
        const rest = waiting.map((packet, i) => {
          const next = waiting[i + 1]?.timestamps[0];
          return { ...packet, until: next === undefined ? said : Math.min(packet.until, next) };
        });
        waiting = [];
        return rest;
      },
    },
  );
}

/** Whether times do not fall, and all are numbers. */
function isSorted(times: Float64Array): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < times.length; i++) {
    const time = times[i]!;
    if (!(time >= before)) return false;
    before = time;
  }
  return true;
}

function areFinite(first = 0, last = 0): boolean {
  return Number.isFinite(first) && Number.isFinite(last);
}

function countBefore(times: Float64Array, until: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < until) low = middle + 1;
    else high = middle;
  }
  return low;
}

function piece(
  { timestamps, addresses, space, until }: AerPacket,
  from: number,
  to: number,
): AerPacket {
  return {
    timestamps: timestamps.slice(from, to),
    addresses: addresses.slice(from, to),
    space,
    until,
  };
}

/** The events that do not come too late, and how many do. */
function inTime(
  packet: AerPacket,
  given: number,
): { readonly kept: AerPacket; readonly late: number } {
  const timestamps = packet.timestamps.filter((time) => time >= given);
  const late = packet.timestamps.length - timestamps.length;
  if (late === 0) return { kept: packet, late };
  const addresses = packet.addresses.filter((_, i) => packet.timestamps[i]! >= given);
  return { kept: { ...packet, timestamps, addresses }, late };
}

/** Packets with the events of another one in their places. */
function sortedInto(waiting: readonly AerPacket[], packet: AerPacket): AerPacket[] {
  const first = packet.timestamps.reduce(
    (least, time) => Math.min(least, time),
    Number.POSITIVE_INFINITY,
  );
  const apart = waiting.findIndex(({ timestamps }) => (timestamps.at(-1) ?? first) > first);
  const before = apart < 0 ? waiting : waiting.slice(0, apart);
  const mixed = [...(apart < 0 ? [] : waiting.slice(apart)), packet];
  const length = mixed.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
  const timestamps = new Float64Array(length);
  const addresses = new Uint32Array(length);
  let at = 0;
  for (const part of mixed) {
    timestamps.set(part.timestamps, at);
    addresses.set(part.addresses, at);
    at += part.timestamps.length;
  }
  sortEvents(timestamps, addresses);
  const until = Math.max(...mixed.map((part) => part.until), timestamps.at(-1) ?? 0);
  return [...before, { timestamps, addresses, space: packet.space, until }];
}
