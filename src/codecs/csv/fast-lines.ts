/** Reads lines of CSV that are nothing but digits, separators, points in times and signs of polarities. */
import { knownPixelBits, type PixelSpace } from '../../events/space.ts';
import type { Counts } from '../counts.ts';
import { arena, fastLoops, type Loops, pieceBytes, places } from '../loops.ts';
import type { PacketRoom } from '../packet-room.ts';
import { type CsvLayout, microsOf } from './layout.ts';
import { placesOf } from './unit.ts';

const [newline, carriage] = [0x0a, 0x0d];

/** Columns as the hot loops know them. */
export const codes = { t: 0, x: 1, y: 2, p: 3, skip: 4 } as const;
/** Columns at most of lines that the loop in WebAssembly reads. */
const mostColumns = 16;
/** Bytes that it is given first: few, as the next line may not be for it; then twice as many, up to a piece. */
const fewBytes = 512;

/** Reads whole lines. */
export interface Lines {
  readonly layout: CsvLayout;
  /** Whether the unit of times is known: what has a point tells it, if not. */
  readonly isUnitKnown: boolean;
  readonly order: Uint8Array;
  readonly space: PixelSpace;
  readonly room: PacketRoom;
  readonly values: Float64Array;
}

/** What has been read. */
interface Read {
  /** Where the first line begins that is left. */
  readonly at: number;
  readonly lines: number;
}

/**
 * Reads lines of nothing but digits, separators, points in times and signs of polarities, until one is something else. Gives where that begins, and how many
 * there were. The bytes end with a line.
 */
export function readLines(lines: Lines, bytes: Uint8Array, from: number, count: Counts): Read {
  const loops = lines.order.length > mostColumns ? undefined : fastLoops();
  return loops === undefined
    ? slowLines(lines, bytes, from, count)
    : fastLines(loops, lines, bytes, from, count);
}

/** By the loop in WebAssembly. */
function fastLines(
  loops: Loops,
  { layout, isUnitKnown, order, space, room }: Lines,
  bytes: Uint8Array,
  from: number,
  count: Counts,
): Read {
  const { width, height } = space;
  const { yShift } = knownPixelBits(space);
  const { floats, words, buffer } = arena();
  const { state, input } = places;
  const piece = new Uint8Array(buffer, input, pieceBytes);
  const factor = microsOf[layout.unit];
  floats[0] = factor;
  floats[1] = layout.unit === 'ns' ? 1000 : 1;
  floats[2] = latestOf(factor);
  words[6] = layout.separator;
  words[7] = order.length;
  words[11] = isUnitKnown ? placesOf[layout.unit] : -1;
  new Uint8Array(buffer, state + 64, mostColumns).set(order);
  // ON, where no column says.
  words[26] = 1;
  words[27] = 0;
  let [at, lines, size] = [from, 0, fewBytes];
  while (at < bytes.length) {
    const there = Math.min(size, bytes.length - at);
    piece.set(bytes.subarray(at, at + there));
    const end = input + there;
    let done: number = input;
    for (;;) {
      const { times, addresses } = room.at;
      const to = [times, addresses, room.count, room.limit, width, height, yShift] as const;
      done = loops.csv(state, done, end, ...to);
      room.count = words[8]!;
      lines += words[9]!;
      count.add('outside', words[10]!);
      if (room.count < room.limit) break;
      room.flush();
    }
    at += done - input;
    // The last line of a piece may be cut off.
    if (done === input || end - done > fewBytes) break;
    size = Math.min(2 * size, pieceBytes);
  }
  return { at, lines };
}

/** The last time that stays exact, µs. */
function latestOf(factor: number): number {
  return Number.MAX_SAFE_INTEGER / Math.max(1, factor);
}

/** Byte by byte. */
function slowLines(
  { layout, order, space, room, values }: Lines,
  bytes: Uint8Array,
  from: number,
  count: Counts,
): Read {
  const { separator, unit } = layout;
  const factor = microsOf[unit];
  const latest = latestOf(factor);
  const { width, height } = space;
  const { yShift } = knownPixelBits(space);
  const { limit } = room;
  let { timestamps, addresses } = room;
  const last = order.length - 1;
  const end = bytes.length;
  let lines = 0;
  let outside = 0;
  let at = from;
  let begin = from;
  values[3] = 1;
  reading: while (at < end) {
    begin = at;
    for (let column = 0; column <= last; column++) {
      let digit = bytes[at]! - 48;
      // Nine digits fit in 31 bits; only times have more.
      if (!(digit >= 0 && digit <= 9)) break reading;
      let value = digit;
      digit = bytes[at + 1]! - 48;
      let i = at + 1;
      const most = at + 9;
      while (digit >= 0 && digit <= 9 && i < most) {
        value = (value * 10 + digit) | 0;
        digit = bytes[++i]! - 48;
      }
      let long = value;
      while (digit >= 0 && digit <= 9) {
        long = long * 10 + digit;
        digit = bytes[++i]! - 48;
      }
      if (i - at > 15) break reading;
      values[order[column]!] = long;
      if (column < last) {
        if (digit !== separator - 48) break reading;
      } else {
        if (digit === carriage - 48) digit = bytes[++i]! - 48;
        if (digit !== newline - 48) break reading;
      }
      at = i + 1;
    }
    const time = values[0]!;
    if (time > latest) break;
    lines++;
    const x = values[1]!;
    const y = values[2]!;
    if (x >= width || y >= height) {
      outside++;
      begin = at;
      continue;
    }
    const place = room.count;
    timestamps[place] =
      factor === 1 ? time : unit === 'ns' ? Math.floor(time / 1000) : time * factor;
    addresses[place] = (y << yShift) | (x << 1) | (values[3]! > 0 ? 1 : 0);
    room.count = place + 1;
    if (place + 1 >= limit) {
      room.flush();
      ({ timestamps, addresses } = room);
    }
    begin = at;
  }
  count.add('outside', outside);
  return { at: begin, lines };
}
