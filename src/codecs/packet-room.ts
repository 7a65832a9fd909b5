/** Room in which decoders lay down events, and from which packets are copied. */

import { isObject } from '../checks.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import type { Space } from '../events/space.ts';
import { areNumbers, readOnce } from '../options.ts';
import { maxEvents, mostStands, type Stand, standOf } from './loops.ts';

/**
 * Room for the events of one packet after the other. A hot loop writes to its arrays and sets `count`. All decoders
 * share the arrays: what is in them must be taken before the call ends.
 */
export interface PacketRoom {
  /** Times of the events so far, µs. */
  readonly timestamps: Float64Array<ArrayBuffer>;
  /** Their addresses. Both arrays are others after each packet. */
  readonly addresses: Uint32Array<ArrayBuffer>;
  /** Where both begin in the memory that they are in, bytes. */
  readonly at: Stand['at'];
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

/** The arrays of a packet. */
type Arrays = Pick<AerPacket, 'timestamps' | 'addresses'>;

/** Stands in the memory of decoders that no packet has: as many as were needed at once where packets are given back. */
const stands: Stand[] = [];
let standsMade = 0;
/** Arrays that were given back when all stands were out. */
const spare: Arrays[] = [];
const maxSpare = 16;
/** Timestamps of packets that may be given back, each once, and the stands of those that stay where they were laid down. */
const handedOut = new WeakMap<Float64Array, Stand | undefined>();

/** Where all decoders lay events down; it goes out as a packet if there is another for the next one. */
let stand: Stand | undefined;

function standNow(): Stand {
  stand ??= standOf(standsMade++);
  return stand;
}

/** The first events of some arrays. */
function front({ timestamps, addresses }: Arrays, count: number): Arrays {
  return { timestamps: timestamps.subarray(0, count), addresses: addresses.subarray(0, count) };
}

/** Spare arrays that hold so many events; those that do not are let go. */
function spareFor(count: number): Arrays | undefined {
  const arrays = spare.pop();
  return arrays !== undefined && arrays.timestamps.length >= count ? arrays : undefined;
}

/** Makes a packet of events, copied unless there are stands enough. */
function packetOf(laid: Stand, count: number, space: Space, until: number): AerPacket {
  const events = front(laid, count);
  const other = stands.pop();
  if (other !== undefined && laid === stand) {
    stand = other;
    handedOut.set(events.timestamps, laid);
    return { ...events, space, until };
  }
  const used = other ?? spareFor(count);
  const copy =
    used === undefined
      ? {
          timestamps: new Float64Array(events.timestamps),
          addresses: new Uint32Array(events.addresses),
        }
      : front(used, count);
  if (used !== undefined) {
    copy.timestamps.set(events.timestamps);
    copy.addresses.set(events.addresses);
  }
  handedOut.set(copy.timestamps, other);
  return { ...copy, space, until };
}

/**
 * Gives a packet of a decoder back, whose arrays then take the events of a later one: for programs that are done with a
 * packet before they read on, it saves making new ones. Nobody may look at the packet afterwards. Other packets, and those
 * that have been given back, are left alone. Later packets may share memory with others that are not over yet, so that
 * their arrays, copied for it, go to another thread, never their buffers.
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
  if (!own || !handedOut.has(timestamps)) return;
  const laid = handedOut.get(timestamps);
  handedOut.delete(timestamps);
  if (laid !== undefined) stands.push(laid);
  else if (standsMade < mostStands) {
    // Whoever gives one back gives others back: they need not be copied.
    standNow();
    stands.push(standOf(standsMade++));
  }
  // Small ones would not fit later packets.
  else if (spare.length < maxSpare && timestamps.buffer.byteLength >= 8 * maxEvents) {
    spare.push({
      timestamps: new Float64Array(timestamps.buffer),
      addresses: new Uint32Array(addresses.buffer),
    });
  }
}

/**
 * Makes room for events of one space.
 *
 * @param standing gives the arrays, which may be others each time; stands of all decoders if left out
 */
export function packetRoom(space: Space, standing: () => Stand = standNow): PacketRoom {
  let packets: AerPacket[] = [];
  let until = 0;
  let begun = false;
  const room: PacketRoom = {
    get timestamps() {
      return standing().timestamps;
    },
    get addresses() {
      return standing().addresses;
    },
    get at() {
      return standing().at;
    },
    count: 0,
    limit: maxEvents,
    flush() {
      const { count } = room;
      if (count === 0) return;
      const laid = standing();
      const last = laid.timestamps[count - 1]!;
      until = begun ? Math.max(until, last) : last;
      begun = true;
      packets.push(packetOf(laid, count, space, until));
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
