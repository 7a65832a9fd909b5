/** Reads NumPy arrays as their bytes come. */
import { DataError } from '../../errors.ts';
import type { AerPacket } from '../../events/aer-packet.ts';
import { channels as channelSpace, type PixelSpace, pixels } from '../../events/space.ts';
import type { Decoder, StreamHeader } from '../codec.ts';
import { type Counts, counts } from '../counts.ts';
import { packetRoom } from '../packet-room.ts';
import { pieceFeed } from '../piece-feed.ts';
import { joined, soundDecoder } from '../sound.ts';
import { type NpyArray, npyHeader } from './array.ts';
import { emitEvents, RasterEmitter } from './emit.ts';
import { type EventNumbers, meaningOf, type NpyColumn, type Numbers } from './roles.ts';

/** How arrays are read. */
export interface NumpyReading {
  readonly format: string;
  readonly columns: readonly NpyColumn[] | undefined;
  /** Microseconds of the unit of times; what the type of times says, or 1, if undefined. */
  readonly micros: number | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Microseconds of a step of a raster. */
  readonly stepMicros: number;
}

/** What takes the entries of an array. */
export interface ArrayReader {
  readonly header: StreamHeader;
  /** Takes bytes from the front of what is left, and says how many it has used. */
  take(bytes: Uint8Array): number;
  /** Takes all bytes at once. */
  all(bytes: Uint8Array): void;
  /** Gives the packets so far. */
  packets(): AerPacket[];
  /** Entries that are still to come. */
  readonly missing: number;
}

/** Pixels of arrays for which nobody says how many there are. */
const largest = pixels(2 ** 15, 2 ** 15);

/** The space of events, and what is said of it. */
export function spaceOf({ width, height }: NumpyReading): {
  readonly space: PixelSpace;
  readonly size: Pick<StreamHeader, 'width' | 'height'>;
} {
  return width === undefined || height === undefined
    ? { space: largest, size: {} }
    : { space: pixels(width, height), size: { width, height } };
}

/** Starts to read the entries of an array. */
export function arrayReader(array: NpyArray, reading: NumpyReading, count: Counts): ArrayReader {
  const meaning = meaningOf(array, reading.columns);
  return meaning.kind === 'events'
    ? eventReader(meaning.numbers, meaning.count, meaning.rowBytes, reading, count)
    : rasterReader(array, meaning.steps, meaning.channels, reading);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function eventReader(
  { t, x, y, p }: EventNumbers,
  total: number,
  rowBytes: number,
  reading: NumpyReading,
  count: Counts,
): ArrayReader {
  const { space, size } = spaceOf(reading);
  const room = packetRoom(space);
  const micros = reading.micros ?? t.micros ?? 1;
  let left = total;
  const emit = (bytes: Uint8Array, rows: number): void => {
    const view = viewOf(bytes);
    const here = (numbers: Numbers) => ({ ...numbers, view });
    const all = { t: here(t), x: here(x), y: here(y), p: p && here(p) };
    emitEvents(all, 0, rows, micros, space, room, count);
    left -= rows;
  };
  return {
    header: { format: reading.format, variant: 'events', ...size, space, fields: {} },
    take(bytes) {
      const rows = Math.min(left, Math.floor(bytes.length / rowBytes));
      if (rows > 0) emit(bytes, rows);
      return rows * rowBytes;
    },
    all: (bytes) => emit(bytes, total),
    packets: () => room.take(),
    get missing() {
      return left;
    },
  };
}

function rasterReader(
  { fields, itemBytes, count: total, fortran }: NpyArray,
  steps: number,
  width: number,
  { format, stepMicros }: NumpyReading,
): ArrayReader {
  if (width > 2 ** 32 || !Number.isSafeInteger(steps * stepMicros)) {
    throw new DataError(`a raster of ${steps}×${width} is too large`);
  }
  const space = channelSpace(width);
  const room = packetRoom(space);
  const emitter = new RasterEmitter(fields[0]!.read, itemBytes, space, stepMicros, room);
  let done = 0;
  return {
    header: { format, variant: 'raster', space, fields: { steps: String(steps) } },
    take(bytes) {
      const cells = Math.min(total - done, Math.floor(bytes.length / itemBytes));
      if (cells > 0) emitter.cells(viewOf(bytes), done, done + cells, 0, undefined);
      done += cells;
      return cells * itemBytes;
    },
    all(bytes) {
      emitter.cells(viewOf(bytes), 0, total, 0, fortran ? steps : undefined);
      done = total;
    },
    packets() {
      emitter.begin();
      // When all has been read, the raster says until when nothing more happened.
      return room.take(done === total ? steps * stepMicros : undefined);
    },
    get missing() {
      return total - done;
    },
  };
}

/** Starts to read a file of one array. Arrays in Fortran's order are held until they are whole. */
export function npyDecoder(reading: NumpyReading): Decoder {
  const count = counts();
  let head: Uint8Array = new Uint8Array(0);
  let array: NpyArray | undefined;
  let reader: ArrayReader | undefined;
  let feed = pieceFeed();
  /** Bytes of an array in Fortran's order. */
  let held: Uint8Array[] = [];
  let heldBytes = 0;

  const take = (bytes: Uint8Array): void => {
    if (array!.fortran && array!.shape.length > 1) {
      const missing = array!.count * array!.itemBytes - heldBytes;
      const some = bytes.slice(0, missing);
      held.push(some);
      heldBytes += some.length;
      count.add('trailingBytes', bytes.length - some.length);
      return;
    }
    feed.push(bytes, (length) => {
      const used = reader!.take(feed.room.subarray(0, length));
      if (reader!.missing > 0) return used;
      count.add('trailingBytes', length - used);
      return length;
    });
  };
  const open = (): Uint8Array | undefined => {
    array = npyHeader(head);
    if (array === undefined) return undefined;
    reader = arrayReader(array, reading, count);
    feed = pieceFeed(array.dataAt);
    return head.subarray(array.dataAt);
  };
  return soundDecoder({
    skipped: count.skipped,
    header: () => reader?.header,
    push(bytes) {
      if (reader !== undefined) take(bytes);
      else {
        head = joined(head, bytes.slice());
        const rest = open();
        if (rest === undefined) return [];
        take(rest);
        head = new Uint8Array(0);
      }
      return reader!.packets();
    },
    end() {
      if (reader === undefined || array === undefined) {
        throw new DataError(
          `the bytes end at byte ${head.length}, within the header of a NumPy array`,
        );
      }
      if (held.length > 0 || (array.fortran && array.count === 0)) {
        const all = held.length === 1 ? held[0]! : concatenated(held, heldBytes);
        held = [];
        if (heldBytes === array.count * array.itemBytes) reader.all(all);
        else count.add('cutOffBytes', heldBytes);
      }
      count.add('cutOffBytes', feed.held);
      count.add('missingEntries', reader.missing);
      return reader.packets();
    },
  });
}

function concatenated(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
