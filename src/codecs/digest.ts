/** What identifies a stream of events, whatever file it comes from. */
import type { AerPacket } from '../events/aer-packet.ts';
import { pixelBits, type Space } from '../events/space.ts';
import { sha256 } from './sha256.ts';

/** What is told of a stream of events. */
export interface EventSummary {
  /** Number of events. */
  readonly events: number;
  /** Number of events of pixels that became brighter, or of all others. */
  readonly onEvents: number;
  /** Time of the first event, µs; null if there is none. */
  readonly firstTimestamp: number | null;
  /** Time of the last event, µs; null if there is none. */
  readonly lastTimestamp: number | null;
  /** SHA-256 over the records of all events, hexadecimal. */
  readonly digest: string;
}

/** Sums a stream of events up. */
export interface EventDigest {
  /** Takes a packet. */
  add(packet: AerPacket): void;
  /** What was in all packets so far. */
  summary(): EventSummary;
}

const recordBytes = 13;
/** Records that are digested at once. */
const records = 4096;

/** How the fields of a record come out of an address. */
interface Fields {
  readonly xShift: number;
  readonly xMask: number;
  readonly yShift: number;
  readonly yMask: number;
  /** Mask of the polarity, and what is always set. */
  readonly polarityMask: number;
  readonly polarity: number;
}

const always = { polarityMask: 0, polarity: 1 };

/** Words of the chip family `dynapse`: neuron above 6 bits of chip and 5 bits of core. */
const dynapse: Fields = { xShift: 11, xMask: 0xffff, yShift: 0, yMask: 0x7ff, ...always };

function fieldsOf(space: Space): Fields {
  switch (space.kind) {
    case 'pixels': {
      const { yShift, xMask } = pixelBits(space);
      // A shift by 32 would do nothing.
      const row = yShift > 31 ? { yShift: 0, yMask: 0 } : { yShift, yMask: 0xffff };
      return { xShift: 1, xMask, ...row, polarityMask: 1, polarity: 0 };
    }
    case 'channels':
      return { xShift: 0, xMask: 0xffff, yShift: 0, yMask: 0, ...always };
    case 'chipWords':
      if (space.family === 'dynapse') return dynapse;
      return { xShift: 0, xMask: 0xffff, yShift: 16, yMask: 0xffff, ...always };
  }
}

/**
 * Starts a digest of events. A record has 13 bytes, little-endian: u64 time in µs, u16 x, u16 y, u8 polarity, in the order
 * of the stream. Of a channel, x is the number; of a spike of DYNAP-SE, x is the neuron and y is chip · 32 + core; of other
 * words x is the lower half and y the upper. The polarity of those is 1.
 *
 * @example
 * ```ts
 * const digest = eventDigest();
 * digest.add(aerPacket([10, 20], [1, 2], pixels(2, 2)));
 * digest.summary().onEvents; // 1
 * ```
 */
export function eventDigest(): EventDigest {
  const hash = sha256();
  const room = new Uint8Array(records * recordBytes);
  let events = 0;
  let onEvents = 0;
  let firstTimestamp: number | null = null;
  let lastTimestamp: number | null = null;
  return {
    add({ timestamps, addresses, space }) {
      const { xShift, xMask, yShift, yMask, polarityMask, polarity } = fieldsOf(space);
      for (let from = 0; from < timestamps.length; from += records) {
        const to = Math.min(timestamps.length, from + records);
        let at = 0;
        for (let i = from; i < to; i++) {
          const time = timestamps[i]!;
          const low = time >>> 0;
          const high = Math.floor(time / 2 ** 32);
          const address = addresses[i]!;
          const x = (address >>> xShift) & xMask;
          const y = (address >>> yShift) & yMask;
          const on = (address & polarityMask) | polarity;
          room[at] = low;
          room[at + 1] = low >>> 8;
          room[at + 2] = low >>> 16;
          room[at + 3] = low >>> 24;
          room[at + 4] = high;
          room[at + 5] = high >>> 8;
          room[at + 6] = high >>> 16;
          room[at + 7] = high >>> 24;
          room[at + 8] = x;
          room[at + 9] = x >>> 8;
          room[at + 10] = y;
          room[at + 11] = y >>> 8;
          room[at + 12] = on;
          onEvents += on;
          at += recordBytes;
        }
        hash.add(room.subarray(0, at));
      }
      if (timestamps.length === 0) return;
      events += timestamps.length;
      firstTimestamp ??= timestamps[0]!;
      lastTimestamp = timestamps.at(-1)!;
    },
    summary: () => ({ events, onEvents, firstTimestamp, lastTimestamp, digest: hash.hex() }),
  };
}
