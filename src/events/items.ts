/** Items of any kind in time: when they end, moved, and cut into pieces. */
import { DataError } from '../errors.ts';
import type { AerPacket } from './aer-packet.ts';
import { binOf, binStart, chunkEnd } from './bins.ts';
import { itemKind, type Marks, type Series, type StreamItem } from './series.ts';
import type { SignalRaster, SpikeRaster } from './spike-raster.ts';

/** The time up to which an item says everything, whole microseconds. */
export function itemUntil(item: StreamItem): number {
  return 'until' in item ? item.until : chunkEnd(item);
}

/** The time at which an item begins: of its first bin, event, sample or mark; `until` if it has none. */
export function itemStart(item: StreamItem): number {
  return 'until' in item ? (item.timestamps[0] ?? item.until) : item.startTime;
}

/** How many events, bins, samples or marks an item has. */
export function itemLength(item: StreamItem): number {
  return 'steps' in item ? item.steps : item.timestamps.length;
}

/** The same item, later by whole microseconds. */
export function shiftItem(item: StreamItem, by: number): StreamItem {
  if (by === 0) return item;
  if ('steps' in item) return { ...item, startTime: item.startTime + by };
  const timestamps = item.timestamps.map((time) => time + by);
  return { ...item, timestamps, until: item.until + by };
}

/**
 * Cuts an item into pieces of at most so many events, bins, samples or marks. Each piece but the last says
 * all before its last event; empty items are one piece.
 */
export function cutItem(item: StreamItem, most: number): StreamItem[] {
  const length = itemLength(item);
  if (length <= most) return [item];
  const pieces: StreamItem[] = [];
  for (let from = 0; from < length; from += most) {
    pieces.push(pieceOf(item, from, Math.min(length, from + most)));
  }
  return pieces;
}

/**
 * Parts a raster or packet at a time: what is before it, and what is not. A raster is parted at the edge of bins that is nearest to
 * the time. A side on which nothing is has no item.
 */
export function partItem<Item extends SpikeRaster | AerPacket>(
  item: Item,
  time: number,
): { readonly before?: Item; readonly after?: Item } {
  const length = itemLength(item);
  if (!('steps' in item)) {
    if (time >= item.until) return { before: item };
    const later = item.timestamps.findIndex((each) => each >= time);
    const at = later < 0 ? length : later;
    const before = { ...(pieceOf(item, 0, at) as Item), until: time };
    return { before, after: pieceOf(item, at, length) as Item };
  }
  const { startTime, dt } = item;
  const bin = binOf(time, startTime, dt);
  const [from, to] = [binStart(bin, dt, startTime), binStart(bin + 1, dt, startTime)];
  const at = time - from < to - time ? bin : bin + 1;
  if (at >= length) return { before: item };
  if (at <= 0) return { after: item };
  return { before: pieceOf(item, 0, at) as Item, after: pieceOf(item, at, length) as Item };
}

/** Events, bins, samples or marks `from` ≤ i < `to` of an item. */
function pieceOf(item: StreamItem, from: number, to: number): StreamItem {
  if ('steps' in item) return rasterPiece(item, from, to);
  const timestamps = item.timestamps.subarray(from, to);
  const whole = to === item.timestamps.length;
  const until = whole ? item.until : item.timestamps[to - 1]!;
  switch (itemKind(item)) {
    case 'events': {
      const { addresses, space } = item as AerPacket;
      return { timestamps, addresses: addresses.subarray(from, to), space, until };
    }
    case 'series': {
      const { values, channels } = item as Series;
      const some = values.subarray(from * channels, to * channels);
      return { timestamps, values: some, channels, until };
    }
    case 'marks':
      return { timestamps, labels: (item as Marks).labels.slice(from, to), until };
    default:
      throw new DataError('this is no packet, raster, series or marks');
  }
}

function rasterPiece(
  item: SpikeRaster | SignalRaster,
  from: number,
  to: number,
): SpikeRaster | SignalRaster {
  const { channels, dt, startTime } = item;
  const grid = { steps: to - from, channels, dt, startTime: binStart(from, dt, startTime) };
  return 'counts' in item
    ? { ...grid, counts: item.counts.subarray(from * channels, to * channels) }
    : { ...grid, values: item.values.subarray(from * channels, to * channels) };
}
