/** Rasters to events and back, and the bins of time between them. */

import { InvalidArgumentError } from '../errors.ts';
import { readItem } from '../options.ts';
import { problem } from '../problems.ts';
import { type AerPacket, packetFault } from './aer-packet.ts';
import { binOf, binStart, chunkEnd } from './bins.ts';
import { reals, wholes } from './blocks.ts';
import { type ChannelSpace, channels as channelSpace } from './space.ts';
import { type Grid, gridProblems, rasterProblems, type SpikeRaster } from './spike-raster.ts';

/** Events that have no place on a raster, counted. */
export interface Unbinned {
  /** Events before the first bin. */
  readonly before: number;
  /** Events after the last bin. */
  readonly after: number;
  /** Events of a channel that the raster does not have. */
  readonly unknownChannel: number;
}

/** Events of a packet that a raster becomes at most: they fill 200 MB. */
const mostEvents = 2 ** 24;

/**
 * Turns a raster into address-events: a count c becomes c events spread evenly over the whole
 * microseconds of the bin, beginning with its first. Events of the same microsecond are ordered by
 * channel. `until` is the end of the raster, so that silence is said too.
 *
 * @throws InvalidArgumentError with all problems of the raster
 * @example
 * ```ts
 * rasterToEvents(spikeRaster({ channels: 2, dt: 1e-3, counts: [0, 2] })).timestamps; // Float64Array [0, 500]
 * ```
 */
export function rasterToEvents(raster: SpikeRaster): AerPacket<ChannelSpace> {
  raster = readItem(raster);
  const problems = rasterProblems(raster);
  if (problems.length > 0) throw new InvalidArgumentError('there is no such raster', problems);
  return knownRasterToEvents(raster);
}

/** The same of a raster that has been read and checked. */
export function knownRasterToEvents(raster: SpikeRaster): AerPacket<ChannelSpace> {
  const { counts, channels, steps, dt, startTime } = raster;
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  if (total > mostEvents) {
    throw new InvalidArgumentError('this raster cannot become events', [
      problem('counts', 'too-large', total, `${mostEvents} events in all are the most; cut it`),
    ]);
  }
  const timestamps = reals(total);
  const addresses = wholes(total);
  let at = 0;
  for (let step = 0; step < steps; step++) {
    const from = at;
    const row = step * channels;
    let start = Number.NaN;
    let width = 0;
    let max = 0;
    for (let channel = 0; channel < channels; channel++) {
      const count = counts[row + channel]!;
      if (count === 0) continue;
      if (Number.isNaN(start)) {
        start = binStart(step, dt, startTime);
        width = binStart(step + 1, dt, startTime) - start;
      }
      if (count > max) max = count;
      for (let k = 0; k < count; k++) {
        timestamps[at] = start + Math.floor((k * width) / count);
        addresses[at++] = channel;
      }
    }
    if (max > 1) sortRange(timestamps, addresses, from, at);
  }
  return { timestamps, addresses, space: channelSpace(channels), until: chunkEnd(raster) };
}

/** Sorts the events `from` ≤ i < `to` by time, keeping the order of equals. */
function sortRange(
  timestamps: Float64Array,
  addresses: Uint32Array,
  from: number,
  to: number,
): void {
  const order = Array.from({ length: to - from }, (_, i) => from + i);
  order.sort((a, b) => timestamps[a]! - timestamps[b]! || a - b);
  const sortedTimes = order.map((i) => timestamps[i]!);
  const sortedAddresses = order.map((i) => addresses[i]!);
  timestamps.set(sortedTimes, from);
  addresses.set(sortedAddresses, from);
}

/**
 * Bins address-events by the bins that {@link binStart} tells of. What has no place is counted, never dropped in
 * silence.
 *
 * @throws InvalidArgumentError if the grid cannot be, this is no packet, or its addresses are no channels
 * @example
 * ```ts
 * const grid = { steps: 2, channels: 2, dt: 1e-3, startTime: 0 };
 * eventsToRaster(aerPacket([0, 1500, 9000], [1, 0, 0], channels(2)), grid).unbinned.after; // 1
 * ```
 */
export function eventsToRaster(
  packet: AerPacket<ChannelSpace>,
  grid: Grid,
): { raster: SpikeRaster; unbinned: Unbinned } {
  grid = readItem(grid);
  packet = readItem(packet);
  const problems = gridProblems(grid);
  if (problems.length > 0) throw new InvalidArgumentError('this raster cannot be made', problems);
  const found = packetFault(packet, 'channels');
  if (found !== undefined) throw new InvalidArgumentError('this raster cannot be made', [found]);
  const { steps, channels, dt, startTime } = grid;
  const counts = new Uint32Array(steps * channels);
  let before = 0;
  let after = 0;
  let unknownChannel = 0;
  for (let i = 0; i < packet.timestamps.length; i++) {
    const step = binOf(packet.timestamps[i]!, startTime, dt);
    const channel = packet.addresses[i]!;
    if (step < 0) before++;
    else if (step >= steps) after++;
    else if (channel >= channels) unknownChannel++;
    else counts[step * channels + channel] = counts[step * channels + channel]! + 1;
  }
  return { raster: { ...grid, counts }, unbinned: { before, after, unknownChannel } };
}
