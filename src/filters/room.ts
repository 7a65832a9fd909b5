/** Where filters lay down the events that they keep: packets of them go out as copies, or as they lie where they come back. */
import type { AerPacket } from '../events/aer-packet.ts';
import type { Space } from '../events/space.ts';

/** Room for the events that a filter keeps of one packet. */
export interface Room {
  /** Times of what is kept so far. */
  readonly times: Float64Array;
  /** Their addresses. */
  readonly addresses: Uint32Array;
}

function roomOf(events: number): Room {
  return { times: new Float64Array(events), addresses: new Uint32Array(events) };
}

/** Rooms that wait to be used again, at most: each packet on its way takes one. */
const mostSpare = 4;

/** The rooms of one filter, used again for each packet. */
export class Rooms {
  #room = roomOf(0);
  readonly #spare: Room[] = [];
  /** Rooms of packets that have not come back, by their addresses. */
  readonly #out = new WeakMap<Uint32Array, Room>();

  /** Room for so many events of the next packet. */
  for(events: number): Room {
    if (events > this.#room.times.length) {
      this.#room = roomOf(Math.max(events, 2 * this.#room.times.length));
    }
    return this.#room;
  }

  /**
   * A packet of the first `count` events in the room, with other addresses in another space. All of a packet have the times
   * that it gave them: those need not be laid down.
   */
  moved<S extends Space>({ timestamps, until }: AerPacket, count: number, space: S): AerPacket<S> {
    const { times, addresses } = this.#room;
    const all = count === timestamps.length;
    const next = this.#spare.pop();
    if (next === undefined) {
      return {
        timestamps: all ? timestamps : times.slice(0, count),
        addresses: addresses.slice(0, count),
        space,
        until,
      };
    }
    // Nothing of the given packet goes on, so that it can go back as well.
    if (all) times.set(timestamps);
    const [laidTimes, laid] = [times.subarray(0, count), addresses.subarray(0, count)];
    this.#out.set(laid, this.#room);
    this.#room = next;
    return { timestamps: laidTimes, addresses: laid, space, until };
  }

  /** The packet of the first `count` events in the room: the given one if it has lost none and is not lent. */
  kept<S extends Space>(packet: AerPacket<S>, count: number): AerPacket<S> {
    const all = count === packet.timestamps.length && this.#spare.length === 0;
    return all ? packet : this.moved(packet, count, packet.space);
  }

  /** Takes a packet back that nobody looks at any more. Whoever gives one back gives others back: the next ones need not be copied. */
  giveBack({ addresses }: AerPacket): void {
    const room = this.#out.get(addresses);
    if (room === undefined) {
      if (this.#spare.length === 0) this.#spare.push(roomOf(this.#room.times.length));
      return;
    }
    this.#out.delete(addresses);
    if (this.#spare.length < mostSpare) this.#spare.push(room);
  }
}
