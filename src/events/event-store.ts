/** Events that wait, in arrays that grow. */
import type { AerPacket } from './aer-packet.ts';

/** Times and addresses of events that were taken out. */
export interface Taken {
  /** Times, microseconds. */
  readonly timestamps: Float64Array;
  /** Addresses. */
  readonly addresses: Uint32Array;
}

/** Events that wait. */
export interface EventStore {
  /** How many there are. */
  readonly length: number;
  /** Times, of which those from `begin` to before `end` wait; addresses lie at the same places. */
  readonly times: Float64Array;
  /** Addresses. */
  readonly addresses: Uint32Array;
  /** Where the first is. */
  readonly begin: number;
  /** Where the last one ends. */
  readonly end: number;
  /** Adds events `from` ≤ i < `to` of a packet. */
  addRange(packet: AerPacket, from: number, to: number): void;
  /** Takes the first `count` events out. */
  take(count: number): Taken;
  /** How many of the first lie before a time, if they are in order. */
  countBefore(time: number): number;
  /** Leaves the first `count` events out. */
  drop(count: number): void;
  /** Takes all events out. */
  takeAll(): Taken;
}

/** Makes a store of events. */
export function eventStore(): EventStore {
  let times = new Float64Array(256);
  let addresses = new Uint32Array(256);
  let begin = 0;
  let end = 0;
  const reserve = (more: number): void => {
    if (end + more <= times.length) return;
    const held = end - begin;
    const roomy = 2 * (held + more) <= times.length;
    const [toTimes, toAddresses] = roomy
      ? [times, addresses]
      : [new Float64Array(2 * (held + more)), new Uint32Array(2 * (held + more))];
    toTimes.set(times.subarray(begin, end));
    toAddresses.set(addresses.subarray(begin, end));
    [times, addresses, begin, end] = [toTimes, toAddresses, 0, held];
  };
  const store: EventStore = {
    get length() {
      return end - begin;
    },
    get times() {
      return times;
    },
    get addresses() {
      return addresses;
    },
    get begin() {
      return begin;
    },
    get end() {
      return end;
    },
    addRange(packet, from, to) {
      reserve(to - from);
      times.set(packet.timestamps.subarray(from, to), end);
      addresses.set(packet.addresses.subarray(from, to), end);
      end += to - from;
    },
    take(count) {
      const taken = {
        timestamps: times.slice(begin, begin + count),
        addresses: addresses.slice(begin, begin + count),
      };
      store.drop(count);
      return taken;
    },
    countBefore(time) {
      let [low, high] = [begin, end];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (times[middle]! < time) low = middle + 1;
        else high = middle;
      }
      return low - begin;
    },
    drop(count) {
      begin += count;
      if (begin === end) [begin, end] = [0, 0];
    },
    takeAll: () => store.take(end - begin),
  };
  return store;
}
