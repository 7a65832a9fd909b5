/** Room in which decoders lay down events, and from which packets are copied. */

import { isObject } from '../checks.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import type { Space } from '../events/space.ts';
import { areNumbers, readOnce } from '../options.ts';
import { arena, maxEvents, maxSlack, places } from './loops.ts';

/**
 * Room for the events of one packet after the other. A hot loop writes to its arrays and sets `count`. All decoders
 * share the arrays: what is in them must be taken before the call ends.
 */
export interface PacketRoom {
  /** Times of the events so far, µs. */
  readonly timestamps: Float64Array<ArrayBuffer>;
  /** Their addresses. */
  readonly addresses: Uint32Array<ArrayBuffer>;
  /** How many there are. */
  count: number;
  /** How many there may be before a packet must be made; the arrays hold those of one more record. */
  readonly limit: number;
  /** Makes a packet of the events so far. */
  flush(): void;
  /**
   * Gives the packets since the last call, and one of the events so far. If there is no event at all and the bytes say
   * that time has gone on to `said`, an empty packet tells so.
   */
  take(said?: number): AerPacket[];
}

/** Arrays that were given back. */
const spare: Pick<AerPacket, 'timestamps' | 'addresses'>[] = [];
/** Spare arrays that are kept: more are never in use at once where packets are given back. */
const maxSpare = 16;
/** Timestamps of packets that may be given back, each once. */
const handedOut = new WeakSet<Float64Array>();

/** Copies events into a packet. */
function packetOf(
  timestamps: Float64Array,
  addresses: Uint32Array,
  count: number,
  space: Space,
  until: number,
): AerPacket {
  const times = timestamps.subarray(0, count);
  const words = addresses.subarray(0, count);
  const used = spare.pop();
  const fits = used !== undefined && used.timestamps.length >= count;
  const packet = {
    timestamps: fits ? used.timestamps.subarray(0, count) : new Float64Array(times),
    addresses: fits ? used.addresses.subarray(0, count) : new Uint32Array(words),
    space,
    until,
  };
  if (fits) {
    packet.timestamps.set(times);
    packet.addresses.set(words);
  }
  handedOut.add(packet.timestamps);
  return packet;
}

/**
 * Gives a packet of a decoder back, whose arrays then take the events of a later one: for programs that are done with a
 * packet before they read on, it saves making new ones. Nobody may look at the packet afterwards. Other packets, and those
 * that have been given back, are left alone.
 *
 * @example
 * ```ts
 * const bytes = codecNamed('dat').encoder!().push(aerPacket([10, 20], [0, 1], pixels(2, 2)));
 * let events = 0;
 * for (const packet of codecNamed('dat').decoder().push(bytes)) {
 *   events += packet.timestamps.length;
 *   recyclePacket(packet);
 * }
 * events; // 2
 * ```
 */
export function recyclePacket(packet: AerPacket): void {
  const read = isObject(packet) ? readOnce(packet, { timestamps: 0, addresses: 0 }) : undefined;
  const { timestamps, addresses } = read ?? ({} as Partial<AerPacket>);
  const own = timestamps instanceof Float64Array && areNumbers(addresses, Uint32Array);
  if (!own || !handedOut.delete(timestamps)) return;
  // Small ones would not fit later packets.
  if (spare.length >= maxSpare || timestamps.buffer.byteLength < 8 * maxEvents) return;
  spare.push({
    timestamps: new Float64Array(timestamps.buffer),
    addresses: new Uint32Array(addresses.buffer),
  });
}

/** Where events stand before they become a packet. */
type Stand = Pick<PacketRoom, 'timestamps' | 'addresses'>;

function standInArena(): () => Stand {
  const { buffer } = arena();
  const stand = {
    timestamps: new Float64Array(buffer, places.times, maxEvents + maxSlack),
    addresses: new Uint32Array(buffer, places.addresses, maxEvents + maxSlack),
  };
  return () => stand;
}

/**
 * Makes room for events of one space.
 *
 * @param stand gives the arrays, which may be others each time; those of {@link arena} if left out
 */
export function packetRoom(space: Space, stand: () => Stand = standInArena()): PacketRoom {
  let packets: AerPacket[] = [];
  let until = 0;
  let begun = false;
  const room: PacketRoom = {
    get timestamps() {
      return stand().timestamps;
    },
    get addresses() {
      return stand().addresses;
    },
    count: 0,
    limit: maxEvents,
    flush() {
      const { count } = room;
      if (count === 0) return;
      const { timestamps, addresses } = stand();
      const last = timestamps[count - 1]!;
      until = begun ? Math.max(until, last) : last;
      begun = true;
      packets.push(packetOf(timestamps, addresses, count, space, until));
      room.count = 0;
    },
    take(said) {
      room.flush();
      if (packets.length === 0 && said !== undefined && (said > until || !begun)) {
        until = said;
        begun = true;
        packets.push({
          timestamps: new Float64Array(0),
          addresses: new Uint32Array(0),
          space,
          until,
        });
      }
      const given = packets;
      packets = [];
      return given;
    },
  };
  return room;
}
