/** Spikes and values of a recorded stream, read forward in time as far as they are needed. */
import type { RecordingReader } from '../codecs/recording/reader.ts';
import { DataError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { binsBetween } from '../events/bins.ts';
import { rasterToEvents } from '../events/convert.ts';
import { itemUntil } from '../events/items.ts';
import type { StreamItem } from '../events/series.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';

/** Reads a stream forward. */
export interface Cursor {
  /** Reads until everything before `to` is known. @throws DataError if the recording ends before */
  fill(to: number): Promise<void>;
}

/** Reads spikes forward. */
export interface SpikeCursor extends Cursor {
  /** Reads until everything before `to` is known, or there is no more. */
  read(to: number): Promise<void>;
  /** Takes the events before `to`, one by one. */
  take(to: number, each: (time: number, channel: number) => void): void;
  /** Reads up to the first item that holds something, and gives it; undefined if there is none. */
  first(): Promise<SpikeRaster | AerPacket | undefined>;
}

/** Reads values forward. */
export interface ValueCursor extends Cursor {
  /** Takes the next values into `into`, of steps from `from` on. @throws DataError if other steps come next */
  take(from: number, into: Float64Array): void;
}

/** The items of a stream, one after the other. */
function itemsOf(recording: RecordingReader, stream: string) {
  const items = recording.items({ streams: [stream] });
  let said = Number.NEGATIVE_INFINITY;
  return {
    /** Reads the next; undefined at the end. */
    async next(): Promise<StreamItem | undefined> {
      const { done = false, value } = await items.next();
      if (done || value === undefined) return undefined;
      const item = value.item as StreamItem;
      said = Math.max(said, itemUntil(item));
      return item;
    },
    get said() {
      return said;
    },
    refuseEnd(to: number): never {
      const end = said === Number.NEGATIVE_INFINITY ? 'it is empty' : `it ends at ${said} µs`;
      throw new DataError(`nothing was recorded of ${stream} up to ${to} µs; ${end}`);
    },
  };
}

/** Starts to read spikes. */
export function spikeCursor(recording: RecordingReader, stream: string): SpikeCursor {
  const items = itemsOf(recording, stream);
  const packets: AerPacket[] = [];
  let at = 0;
  let head: SpikeRaster | AerPacket | undefined;
  const read = async (): Promise<boolean> => {
    const item = (await items.next()) as SpikeRaster | AerPacket | undefined;
    if (item === undefined) return false;
    const empty = 'timestamps' in item && item.timestamps.length === 0;
    if (head === undefined && !empty) head = item;
    const packet = 'timestamps' in item ? item : rasterToEvents(item);
    if (packet.timestamps.length > 0) packets.push(packet);
    return true;
  };
  const readTo = async (to: number): Promise<void> => {
    while (items.said < to && (await read()));
  };
  return {
    read: readTo,
    async fill(to) {
      await readTo(to);
      if (items.said < to) items.refuseEnd(to);
    },
    take(to, each) {
      for (let packet = packets[0]; packet !== undefined; packet = packets[0]) {
        const { timestamps, addresses } = packet;
        for (; at < timestamps.length; at++) {
          if (timestamps[at]! >= to) return;
          each(timestamps[at]!, addresses[at]!);
        }
        packets.shift();
        at = 0;
      }
    },
    async first() {
      while (head === undefined && (await read()));
      return head;
    },
  };
}

/** Starts to read values. */
export function valueCursor(recording: RecordingReader, stream: string): ValueCursor {
  const items = itemsOf(recording, stream);
  const rasters: SignalRaster[] = [];
  let at = 0;
  return {
    async fill(to) {
      while (items.said < to) {
        const item = await items.next();
        if (item === undefined) items.refuseEnd(to);
        rasters.push(item as SignalRaster);
      }
    },
    take(from, into) {
      for (let done = 0; done < into.length; ) {
        const raster = rasters[0];
        const skipped = raster === undefined ? -1 : binsBetween(raster.startTime, from, raster.dt);
        if (raster === undefined || (done === 0 && skipped < 0)) {
          throw new DataError(`no values of ${stream} were recorded from ${from} µs on`);
        }
        // What lies between two chunks that are asked for is left out.
        if (done === 0) at = Math.max(at, skipped * raster.channels);
        if (at >= raster.values.length) {
          rasters.shift();
          at = 0;
          continue;
        }
        const some = raster.values.subarray(at, at + into.length - done);
        into.set(some, done);
        done += some.length;
        at += some.length;
        if (at < raster.values.length) return;
        rasters.shift();
        at = 0;
      }
    },
  };
}
