/** Writes CSV, byte by byte. */
import { DataError } from '../../errors.ts';
import { type PixelSpace, pixelBits } from '../../events/space.ts';
import type { Encoder } from '../codec.ts';
import { soundEncoder } from '../sound.ts';
import type { CsvColumn, CsvTimeUnit } from './layout.ts';

/** How a CSV is written. */
export interface CsvWriting {
  readonly columns: readonly CsvColumn[];
  readonly separator: string;
  readonly unit: CsvTimeUnit;
  /** Whether the first line names the columns. */
  readonly header: boolean;
  readonly lineEnd: '\n' | '\r\n';
}

const minus = 0x2d;
const zero = 0x30;
const point = 0x2e;

/** The digits of 0000 to 9999, four bytes each. */
const fours = Uint8Array.from({ length: 40_000 }, (_, i) => {
  const number = i >> 2;
  return zero + (Math.floor(number / 10 ** (3 - (i & 3))) % 10);
});
/** Where those of a number begin that has no zeros before it. */
const leading = Uint8Array.from({ length: 10_000 }, (_, number) => 4 - String(number).length);

/** Digits after the point, and what a microsecond is divided by. */
const fractions: Readonly<Record<CsvTimeUnit, readonly [digits: number, divisor: number]>> = {
  ns: [0, 1],
  us: [0, 1],
  ms: [3, 1e3],
  s: [6, 1e6],
};

/** Bytes of the longest value, with its separator. */
const longestValue = 28;

/** Writes a whole number from 0 on, and gives where it ends. */
function writeWhole(room: Uint8Array, at: number, value: number): number {
  if (value < 10_000) {
    const from = 4 * value + leading[value]!;
    const to = 4 * value + 4;
    let end = at;
    for (let i = from; i < to; i++) room[end++] = fours[i]!;
    return end;
  }
  const high = Math.floor(value / 10_000);
  return writeFour(room, writeWhole(room, at, high), value - high * 10_000);
}

/** Writes four digits. */
function writeFour(room: Uint8Array, at: number, value: number): number {
  const from = 4 * value;
  room[at] = fours[from]!;
  room[at + 1] = fours[from + 1]!;
  room[at + 2] = fours[from + 2]!;
  room[at + 3] = fours[from + 3]!;
  return at + 4;
}

/** Writes times, which mostly begin like the one before. */
class TimeWriter {
  readonly #digits: number;
  readonly #divisor: number;
  readonly #nano: boolean;
  /** What times begin with, above their last four digits. */
  readonly #prefix = new Uint8Array(24);
  #prefixLength = 0;
  #high = -1;

  constructor(unit: CsvTimeUnit) {
    [this.#digits, this.#divisor] = fractions[unit];
    this.#nano = unit === 'ns';
  }

  write(room: Uint8Array, at: number, time: number): number {
    let value = time;
    let end = at;
    if (value < 0) {
      room[end++] = minus;
      value = -value;
    }
    if (this.#digits === 0) {
      end = this.#whole(room, end, value);
      if (!this.#nano || value === 0) return end;
      room[end] = zero;
      room[end + 1] = zero;
      room[end + 2] = zero;
      return end + 3;
    }
    const whole = Math.floor(value / this.#divisor);
    end = this.#whole(room, end, whole);
    const rest = value - whole * this.#divisor;
    if (rest === 0) return end;
    room[end] = point;
    let left = rest;
    for (let i = this.#digits; i > 0; i--) {
      const next = Math.floor(left / 10);
      room[end + i] = zero + (left - next * 10);
      left = next;
    }
    return end + 1 + this.#digits;
  }

  #whole(room: Uint8Array, at: number, value: number): number {
    const high = Math.floor(value / 10_000);
    if (high === 0) return writeWhole(room, at, value);
    if (high !== this.#high) {
      this.#high = high;
      this.#prefixLength = writeWhole(this.#prefix, 0, high);
    }
    for (let i = 0; i < this.#prefixLength; i++) room[at + i] = this.#prefix[i]!;
    return writeFour(room, at + this.#prefixLength, value - high * 10_000);
  }
}

/** Starts to write. */
export function csvEncoder({ columns, separator, unit, header, lineEnd }: CsvWriting): Encoder {
  const between = separator.charCodeAt(0);
  const codes = Uint8Array.from(columns, (column) => ['t', 'x', 'y', 'p', 'skip'].indexOf(column));
  const times = new TimeWriter(unit);
  const isWindows = lineEnd === '\r\n';
  return soundEncoder<PixelSpace>('pixels', {
    begin(space) {
      if (!header) return new Uint8Array(0);
      const names = {
        t: unit === 'us' ? 't' : `t_${unit}`,
        x: space === undefined ? 'x' : `x@${space.width}`,
        y: space === undefined ? 'y' : `y@${space.height}`,
        p: 'on',
        skip: '',
      };
      const line = columns.map((column) => names[column]).join(separator);
      return new TextEncoder().encode(line + lineEnd);
    },
    push({ timestamps, addresses, space }) {
      const { yShift, xMask } = pixelBits(space);
      let room = new Uint8Array(Math.max(1024, 24 * timestamps.length));
      let at = 0;
      const most = longestValue * columns.length + 2;
      for (let i = 0; i < timestamps.length; i++) {
        if (at + most > room.length) {
          const larger = new Uint8Array(2 * room.length + most);
          larger.set(room);
          room = larger;
        }
        const time = timestamps[i]!;
        if (!Number.isSafeInteger(time)) throw new DataError(`time ${i} is ${time}, no whole µs`);
        const address = addresses[i]!;
        for (let column = 0; column < codes.length; column++) {
          if (column > 0) room[at++] = between;
          switch (codes[column]) {
            case 0:
              at = times.write(room, at, time);
              break;
            case 1:
              at = writeWhole(room, at, (address >>> 1) & xMask);
              break;
            case 2:
              at = writeWhole(room, at, yShift > 31 ? 0 : address >>> yShift);
              break;
            case 3:
              room[at++] = zero + (address & 1);
              break;
            default:
              room[at++] = zero;
          }
        }
        if (isWindows) room[at++] = 13;
        room[at++] = 10;
      }
      return room.subarray(0, at);
    },
    end: () => new Uint8Array(0),
  });
}
