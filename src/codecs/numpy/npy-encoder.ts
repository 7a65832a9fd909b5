/** Writes NumPy arrays: events as records, and rasters. */
import { DataError } from '../../errors.ts';
import { type PixelSpace, pixelBits } from '../../events/space.ts';
import { rasterProblems, type SpikeRaster } from '../../events/spike-raster.ts';
import { readItem, refuse } from '../../options.ts';
import type { Encoder } from '../codec.ts';
import { soundEncoder } from '../sound.ts';
import { npyMagic } from './array.ts';

/** Bytes of a record: i64 t, u16 x, u16 y, u8 p. */
const recordBytes = 13;
const descr = "[('t', '<i8'), ('x', '<u2'), ('y', '<u2'), ('p', '|u1')]";

/** The header of an array of a type and shape. */
export function npyHead(type: string, shape: string): Uint8Array<ArrayBuffer> {
  const text = `{'descr': ${type}, 'fortran_order': False, 'shape': ${shape}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set(npyMagic);
  bytes.set([1, 0, (length - 10) & 0xff, (length - 10) >> 8], 6);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}

/** Starts to write events. Everything goes out at the end: the header says how many there are. */
export function npyEncoder(): Encoder {
  const parts: Uint8Array[] = [];
  let count = 0;
  return soundEncoder<PixelSpace>('pixels', {
    begin: () => new Uint8Array(0),
    push({ timestamps, addresses, space }) {
      const { yShift, xMask } = pixelBits(space);
      const records = new Uint8Array(recordBytes * timestamps.length);
      const view = new DataView(records.buffer);
      let at = 0;
      for (let i = 0; i < timestamps.length; i++) {
        const time = timestamps[i]!;
        if (!Number.isSafeInteger(time)) throw new DataError(`time ${i} is ${time}, no whole µs`);
        const address = addresses[i]!;
        view.setUint32(at, time >>> 0, true);
        view.setInt32(at + 4, Math.floor(time / 2 ** 32), true);
        view.setUint16(at + 8, (address >>> 1) & xMask, true);
        view.setUint16(at + 10, yShift > 31 ? 0 : address >>> yShift, true);
        view.setUint8(at + 12, address & 1);
        at += recordBytes;
      }
      parts.push(records);
      count += timestamps.length;
      return new Uint8Array(0);
    },
    end() {
      const head = npyHead(descr, `(${count},)`);
      const bytes = new Uint8Array(head.length + recordBytes * count);
      bytes.set(head);
      let at = head.length;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
      parts.length = 0;
      return bytes;
    },
  });
}

/**
 * Writes a raster as a NumPy array of [steps, channels] whole numbers, in as few bytes each as they need.
 *
 * @throws InvalidArgumentError with all problems of the raster
 * @example
 * ```ts
 * npyOfRaster(spikeRaster({ channels: 2, dt: 1e-3, counts: [0, 1, 2, 0] })).length; // 132
 * ```
 */
export function npyOfRaster(raster: SpikeRaster): Uint8Array {
  raster = readItem(raster);
  refuse('this raster cannot be written', () => rasterProblems(raster));
  const { steps, channels, counts } = raster;
  let most = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i]! > most) most = counts[i]!;
  const [type, values] =
    most < 2 ** 8
      ? ["'|u1'", Uint8Array.from(counts)]
      : most < 2 ** 16
        ? ["'<u2'", Uint16Array.from(counts)]
        : ["'<u4'", counts];
  const head = npyHead(type as string, `(${steps}, ${channels})`);
  const bytes = new Uint8Array(head.length + values.byteLength);
  bytes.set(head);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), head.length);
  return bytes;
}
