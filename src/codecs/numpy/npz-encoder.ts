/** Writes zip files of NumPy arrays: times, columns, rows and polarities of events. */
import { zipSync } from 'fflate';
import { DataError } from '../../errors.ts';
import { type PixelSpace, pixelBits } from '../../events/space.ts';
import type { Encoder } from '../codec.ts';
import { soundEncoder } from '../sound.ts';
import { npyHead } from './npy-encoder.ts';

/** The arrays of a file: the type of each, and bytes of an entry. */
const columns = {
  t: { type: "'<i8'", bytes: 8 },
  x: { type: "'<u2'", bytes: 2 },
  y: { type: "'<u2'", bytes: 2 },
  p: { type: "'|u1'", bytes: 1 },
} as const;

/** Bytes of an event in all arrays. */
const eventBytes = 13;

/** Events of a file at most: a gibibyte, which is what is read. */
const mostEvents = Math.floor((2 ** 30 - 4096) / eventBytes);

/** Every entry has the same date, so that the same events make the same file. */
const date = new Date(1980, 0, 1);

/** The columns of a packet, which may change once it was taken. */
interface Part {
  readonly t: BigInt64Array;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  readonly p: Uint8Array;
}

/** Starts to write events. Everything goes out at the end, since the times stand before all columns. */
export function npzEncoder(compress: boolean): Encoder {
  const parts: Part[] = [];
  let count = 0;
  return soundEncoder<PixelSpace>('pixels', {
    begin: () => new Uint8Array(0),
    push({ timestamps, addresses, space }) {
      const { length } = timestamps;
      if (count + length > mostEvents) {
        throw new DataError(
          `a zip file of NumPy arrays has ${mostEvents} events at most; write more as npy`,
        );
      }
      const { yShift, xMask } = pixelBits(space);
      const part = {
        t: new BigInt64Array(length),
        x: new Uint16Array(length),
        y: new Uint16Array(length),
        p: new Uint8Array(length),
      };
      const times = new DataView(part.t.buffer);
      for (let i = 0; i < length; i++) {
        const time = timestamps[i]!;
        if (!Number.isSafeInteger(time)) throw new DataError(`time ${i} is ${time}, no whole µs`);
        const address = addresses[i]!;
        times.setUint32(8 * i, time >>> 0, true);
        times.setInt32(8 * i + 4, Math.floor(time / 2 ** 32), true);
        part.x[i] = (address >>> 1) & xMask;
        part.y[i] = yShift > 31 ? 0 : address >>> yShift;
        part.p[i] = address & 1;
      }
      parts.push(part);
      count += length;
      return new Uint8Array(0);
    },
    end() {
      const names = Object.keys(columns) as (keyof Part)[];
      const files = names.map((name) => [`${name}.npy`, arrayOf(name, parts, count)] as const);
      parts.length = 0;
      return zipSync(Object.fromEntries(files), { level: compress ? 6 : 0, mtime: date });
    },
  });
}

/** A column of all packets as an array. */
function arrayOf(name: keyof Part, parts: readonly Part[], count: number): Uint8Array {
  const { type, bytes } = columns[name];
  const head = npyHead(type, `(${count},)`);
  const array = new Uint8Array(head.length + bytes * count);
  array.set(head);
  let at = head.length;
  for (const part of parts) {
    const { buffer, byteOffset, byteLength } = part[name];
    array.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return array;
}
