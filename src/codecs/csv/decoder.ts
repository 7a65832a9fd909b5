/** Reads CSV, byte by byte. */
import { DataError } from '../../errors.ts';
import { knownPixelBits, type PixelSpace, pixels } from '../../events/space.ts';
import { shown } from '../../problems.ts';
import type { Decoder, StreamHeader } from '../codec.ts';
import { type Counts, counts } from '../counts.ts';
import { type PacketRoom, packetRoom } from '../packet-room.ts';
import { soundDecoder } from '../sound.ts';
import { type CsvLayout, type CsvTold, layoutOf, microsOf, namesColumns } from './layout.ts';
import { slowLine } from './line.ts';

/** How a CSV is read. */
export interface CsvReading extends CsvTold {
  /** Whether the first line names the columns; seen by what it holds if left out. */
  readonly header?: boolean | undefined;
  /** Whether a line that is no event is an error, or counted. */
  readonly badLines: 'error' | 'count';
}

const [newline, carriage, hash] = [0x0a, 0x0d, 0x23];
/** Bytes of a line at most. */
const longestLine = 4096;

const text = new TextDecoder();

/** Pixels of a file that does not say how many there are. */
const largest = pixels(2 ** 15, 2 ** 15);

/** Columns as the hot loop knows them. */
const codes = { t: 0, x: 1, y: 2, p: 3, skip: 4 } as const;

/** Reads whole lines. */
interface Lines {
  readonly layout: CsvLayout;
  readonly order: Uint8Array;
  readonly space: PixelSpace;
  readonly room: PacketRoom;
  readonly values: Float64Array;
}

/** Starts to read. */
export function csvDecoder(reading: CsvReading): Decoder {
  const count = counts();
  let header: StreamHeader | undefined;
  let lines: Lines | undefined;
  /** Bytes of a line that has not ended. */
  let held = new Uint8Array(0);
  let line = 0;

  const open = (first: string): boolean => {
    const { layout, isHeader } = layoutOf(first, reading);
    const { width, height, columns, unit } = layout;
    const isKnown = width !== undefined && height !== undefined;
    const space = isKnown ? pixels(width, height) : largest;
    header = {
      format: 'csv',
      ...(isKnown ? { width, height } : {}),
      space,
      fields: { columns: columns.join(','), unit },
    };
    lines = {
      layout,
      order: Uint8Array.from(columns, (column) => codes[column]),
      space,
      room: packetRoom(space),
      values: new Float64Array(5),
    };
    return reading.header ?? isHeader;
  };
  /** What is no event of only digits. */
  const oddLine = (bytes: Uint8Array): void => {
    const end = bytes.at(-1) === carriage ? bytes.length - 1 : bytes.length;
    if (end > longestLine) tooLong(line);
    const given = text.decode(bytes.subarray(0, end));
    if (given.trim() === '') return;
    const isComment = bytes[0] === hash && (lines !== undefined || !namesColumns(given));
    if (isComment) count.add('comments', 1);
    else if (lines !== undefined || !open(given)) readLine(lines!, given);
  };
  const readLine = ({ layout, space, room }: Lines, given: string): void => {
    const event = slowLine(given, layout);
    if (typeof event === 'string') {
      if (reading.badLines === 'error') {
        throw new DataError(`line ${line} of this CSV is no event: ${shown(given)}; ${event}`);
      }
      count.add('badLines', 1);
      return;
    }
    const { time, x, y, on } = event;
    if (x >= space.width || y >= space.height) {
      count.add('outside', 1);
      return;
    }
    room.timestamps[room.count] = time;
    room.addresses[room.count++] = ((y << knownPixelBits(space).yShift) | (x << 1) | on) >>> 0;
    if (room.count >= room.limit) room.flush();
  };
  /** Reads bytes that end with a line. */
  const whole = (bytes: Uint8Array): void => {
    let at = 0;
    while (at < bytes.length) {
      if (lines !== undefined) {
        const read = fastLines(lines, bytes, at, count);
        at = read.at;
        line += read.lines;
        if (at === bytes.length) return;
      }
      const end = bytes.indexOf(newline, at);
      line++;
      oddLine(bytes.subarray(at, end));
      at = end + 1;
    }
  };
  const hold = (bytes: Uint8Array): void => {
    // The end of the line may take two bytes.
    if (held.length + bytes.length > longestLine + 2) tooLong(line + 1);
    const longer = new Uint8Array(held.length + bytes.length);
    longer.set(held);
    longer.set(bytes, held.length);
    held = longer;
  };
  return soundDecoder({
    skipped: count.skipped,
    header: () => header,
    push(bytes) {
      let from = 0;
      if (held.length > 0) {
        const end = bytes.indexOf(newline);
        hold(bytes.subarray(0, end < 0 ? bytes.length : end + 1));
        if (end < 0) return [];
        from = end + 1;
        const first = held;
        held = new Uint8Array(0);
        whole(first);
      }
      const last = bytes.lastIndexOf(newline);
      if (last >= from) whole(bytes.subarray(from, last + 1));
      const rest = Math.max(from, last + 1);
      if (rest < bytes.length) hold(bytes.subarray(rest));
      return lines?.room.take() ?? [];
    },
    end() {
      if (held.length > 0) {
        line++;
        oddLine(held);
      }
      if (lines === undefined) {
        header = { format: 'csv', fields: {} };
        return [];
      }
      return lines.room.take();
    },
  });
}

function tooLong(line: number): never {
  throw new DataError(`line ${line} of this CSV has more than ${longestLine} bytes`);
}

/**
 * Reads lines of nothing but digits and separators, until one is something else. Gives where that begins, and how many
 * there were. The bytes end with a line.
 */
function fastLines(
  { layout, order, space, room, values }: Lines,
  bytes: Uint8Array,
  from: number,
  count: Counts,
): { readonly at: number; readonly lines: number } {
  const { separator, unit } = layout;
  const factor = microsOf[unit];
  const latest = Number.MAX_SAFE_INTEGER / Math.max(1, factor);
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
