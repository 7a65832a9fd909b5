/** Reads what is in packets of AEDAT 3.1: events of pixels, and spikes. */
import { knownPixelBits, type PixelSpace } from '../../events/space.ts';
import { arena, type Loops, places } from '../loops.ts';
import type { PacketRoom } from '../packet-room.ts';

/** Least size of events of pixels and spikes, bytes. */
export const eventBytes = 8;

/** A packet whose events are being read. */
export interface Open {
  /** Events that are still to come. */
  events: number;
  /** Bytes of each. */
  readonly size: number;
  /** Place of the time in an event. */
  readonly timeAt: number;
  /** Time that those of the events are added to, µs. */
  readonly base: number;
}

/** What is no event, since it was told last. */
export interface Missed {
  invalid: number;
  outside: number;
}

/** Decodes events of pixels and gives where it stopped. */
export function decodePixels(
  view: DataView,
  from: number,
  to: number,
  open: Open,
  space: PixelSpace,
  room: PacketRoom,
  missed: Missed,
): number {
  const { timestamps, addresses, limit } = room;
  const { width, height } = space;
  const { size, timeAt, base } = open;
  const rowShift = knownPixelBits(space).yShift;
  let n = room.count;
  let invalid = 0;
  let outside = 0;
  let at = from;
  for (; at < to && n < limit; at += size) {
    const data = view.getInt32(at, true);
    const x = data >>> 17;
    const y = (data >>> 2) & 0x7fff;
    if ((data & 1) === 0) {
      invalid++;
    } else if (x < width && y < height) {
      timestamps[n] = base + view.getInt32(at + timeAt, true);
      addresses[n++] = (y << rowShift) | (x << 1) | ((data >>> 1) & 1);
    } else {
      outside++;
    }
  }
  missed.invalid += invalid;
  missed.outside += outside;
  room.count = n;
  return at;
}

/** The same of events of the usual layout, as many as there is room for, by the loop in WebAssembly. */
export function decodeFast(
  loops: Loops,
  from: number,
  to: number,
  base: number,
  space: PixelSpace,
  room: PacketRoom,
  missed: Missed,
): number {
  const { words } = arena();
  const { state, input } = places;
  const { times, addresses } = room.at;
  const { yShift } = knownPixelBits(space);
  const events = Math.min((to - from) / eventBytes, room.limit - room.count);
  const into = [times, addresses, room.count, space.width, space.height, yShift, base] as const;
  words[0] = 0;
  words[1] = 0;
  room.count = loops.polarity(state, input + from, events, ...into);
  missed.invalid += words[0];
  missed.outside += words[1];
  return from + events * eventBytes;
}

/** Decodes spikes of DYNAP-SE and gives where it stopped. */
export function decodeSpikes(
  view: DataView,
  from: number,
  to: number,
  open: Open,
  room: PacketRoom,
  missed: Missed,
): number {
  const { timestamps, addresses, limit } = room;
  const { size, timeAt, base } = open;
  let n = room.count;
  let at = from;
  for (; at < to && n < limit; at += size) {
    const data = view.getInt32(at, true);
    if ((data & 1) === 0) {
      missed.invalid++;
    } else {
      timestamps[n] = base + view.getInt32(at + timeAt, true);
      addresses[n++] = data >>> 1;
    }
  }
  room.count = n;
  return at;
}
