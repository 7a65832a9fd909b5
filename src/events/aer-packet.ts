import { InvalidArgumentError } from '../errors.ts';

/** A run of address-events, sorted by time. */
export interface AerPacket {
  /** Whole microseconds, unwrapped: exact to 2^53. */
  readonly timestamps: Float64Array;
  /** What fired: a channel, or the word of a chip event. Same length as `timestamps`. */
  readonly addresses: Uint32Array;
}

/** A packet without events. */
export const emptyPacket: AerPacket = {
  timestamps: new Float64Array(0),
  addresses: new Uint32Array(0),
};

/**
 * Makes a packet and checks it.
 *
 * @throws InvalidArgumentError where lengths differ, times are not whole or not sorted, or addresses
 * do not fit 32 bits
 * @example
 * ```ts
 * aerPacket([10, 20], [0, 1]).timestamps.length; // 2
 * ```
 */
export function aerPacket(timestamps: ArrayLike<number>, addresses: ArrayLike<number>): AerPacket {
  const packet = {
    timestamps: Float64Array.from(timestamps),
    addresses: Uint32Array.from(addresses),
  };
  const problems: string[] = [];
  if (timestamps.length !== addresses.length) {
    problems.push(`${timestamps.length} timestamps stand against ${addresses.length} addresses`);
  }
  const fraction = packet.timestamps.findIndex((time) => !Number.isSafeInteger(time));
  if (fraction >= 0) {
    problems.push(`timestamp ${fraction} is ${timestamps[fraction]}; whole µs are needed`);
  }
  const back = packet.timestamps.findIndex((time, i, all) => i > 0 && time < all[i - 1]!);
  if (back >= 0) {
    problems.push(
      `timestamp ${back} (${timestamps[back]} µs) lies before ${timestamps[back - 1]} µs; sort the events by time`,
    );
  }
  const odd = packet.addresses.findIndex((address, i) => address !== addresses[i]);
  if (odd >= 0) {
    problems.push(
      `address ${odd} is ${addresses[odd]}; whole numbers from 0 to 4294967295 are needed`,
    );
  }
  if (problems.length > 0) throw new InvalidArgumentError('this packet cannot be made', problems);
  return packet;
}
