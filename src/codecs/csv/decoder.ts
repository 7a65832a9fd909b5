/** Reads CSV, byte by byte. */
import { DataError } from '../../errors.ts';
import { knownPixelBits, pixels } from '../../events/space.ts';
import { shown } from '../../problems.ts';
import type { Decoder, StreamHeader } from '../codec.ts';
import { counts } from '../counts.ts';
import { packetRoom } from '../packet-room.ts';
import { soundDecoder } from '../sound.ts';
import { codes, type Lines, readLines } from './fast-lines.ts';
import {
  type CsvGeometry,
  type CsvTold,
  geometryOf,
  layoutOf,
  namesColumns,
  partsOf,
} from './layout.ts';
import { slowLine } from './line.ts';
import { guessedUnit } from './unit.ts';

/** How a CSV is read. */
export interface CsvReading extends CsvTold {
  /** Whether the first line names the columns; seen by what it holds if left out. */
  readonly header?: boolean | undefined;
  /** Whether a line that is no event is an error, or counted. */
  readonly badLines: 'error' | 'count';
}

const [newline, carriage] = [0x0a, 0x0d];
/** Bytes of a line at most. */
const longestLine = 4096;

const text = new TextDecoder();

/** Pixels of a file that does not say how many there are. */
const largest = pixels(2 ** 15, 2 ** 15);

/** Starts to read. */
export function csvDecoder(reading: CsvReading): Decoder {
  const count = counts();
  let header: StreamHeader | undefined;
  let lines: Lines | undefined;
  /** Bytes of a line that has not ended. */
  let held = new Uint8Array(0);
  let line = 0;
  let geometry: CsvGeometry | undefined;

  const open = (first: string): boolean => {
    const { layout, isHeader } = layoutOf(first, reading, geometry);
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
      isUnitKnown: layout.isUnitNamed,
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
    if (end === 0) return;
    const given = text.decode(bytes.subarray(0, end));
    if (given.trim() === '') return;
    if (lines === undefined) geometry ??= geometryOf(given);
    const isComment =
      /^[#%]/.test(given) && (lines !== undefined || !namesColumns(given) || given[0] === '%');
    if (isComment) count.add('comments', 1);
    // Excel is told so what stands between values.
    else if (lines === undefined && /^sep=.$/.test(given)) count.add('comments', 1);
    else if (lines !== undefined || !open(given)) readLine(lines!, given);
  };
  /** Finds out the unit by the first time that tells it. */
  const learnUnit = ({ layout }: Lines, given: string): void => {
    const parts = partsOf(given, String.fromCharCode(layout.separator));
    const unit = guessedUnit(parts[layout.columns.indexOf('t')] ?? '');
    if (unit === undefined) return;
    lines = { ...lines!, layout: { ...layout, unit }, isUnitKnown: true };
    header = { ...header!, fields: { ...header!.fields, unit } };
  };
  const readLine = (found: Lines, given: string): void => {
    if (!found.isUnitKnown) learnUnit(found, given);
    const { layout, space, room } = lines!;
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
        const read = readLines(lines, bytes, at, count);
        at = read.at;
        line += read.lines;
        if (read.lines > 0 && !lines.isUnitKnown) lines = { ...lines, isUnitKnown: true };
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
