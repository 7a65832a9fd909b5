/** Room in which decoders lay down events, and from which packets are copied. */
import type { AerPacket } from '../events/aer-packet.ts';
import type { Space } from '../events/space.ts';
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

/** Makes room for events of one space. */
export function packetRoom(space: Space): PacketRoom {
  const { buffer } = arena();
  const timestamps = new Float64Array(buffer, places.times, maxEvents + maxSlack);
  const addresses = new Uint32Array(buffer, places.addresses, maxEvents + maxSlack);
  let packets: AerPacket[] = [];
  let until = 0;
  let begun = false;
  const room: PacketRoom = {
    timestamps,
    addresses,
    count: 0,
    limit: maxEvents,
    flush() {
      const { count } = room;
      if (count === 0) return;
      const last = timestamps[count - 1]!;
      until = begun ? Math.max(until, last) : last;
      begun = true;
      packets.push({
        timestamps: new Float64Array(timestamps.subarray(0, count)),
        addresses: new Uint32Array(addresses.subarray(0, count)),
        space,
        until,
      });
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
