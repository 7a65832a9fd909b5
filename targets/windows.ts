/** What the target `chip` gathers: the spikes that belong to each input, in the form in which it came. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import { binOf, chunkEnd } from '../src/events/bins.ts';
import { reals, wholes } from '../src/events/blocks.ts';
import { type ChannelSpace, channels as channelSpace } from '../src/events/space.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import type { BinSpan } from '../src/pipeline/packet-bins.ts';
import { type OutputSignal, outputOf } from '../src/pipeline/signals.ts';
import type { TargetOutput, TargetRequest } from '../src/pipeline/target.ts';

/** A span of time, and what belongs to it. */
export interface Window {
  /** Start, microseconds of the stream. */
  readonly from: number;
  /** End, microseconds of the stream. */
  readonly to: number;
  /** Takes a spike that lies in it. */
  take(signal: number, channel: number, time: number): void;
  /** What has come, once it is over. */
  output(): TargetOutput;
}

/** Gathers spikes on the bins of a raster. */
export function rasterWindow(
  { steps, dt, startTime, ...input }: SpikeRaster,
  signals: readonly OutputSignal[],
  request: TargetRequest,
): Window {
  const rasters = signals.map(({ channels }) => {
    return { steps, channels, dt, startTime, counts: wholes(steps * channels) };
  });
  return {
    from: startTime,
    to: chunkEnd({ steps, dt, startTime, ...input }),
    take(signal, channel, time) {
      const { counts, channels } = rasters[signal]!;
      const at = binOf(time, startTime, dt) * channels + channel;
      counts[at] = counts[at]! + 1;
    },
    output: () => outputOf(signals, rasters, request),
  };
}

/** Gathers spikes as events, over the bins that a packet has completed. */
export function packetWindow(
  { from, to }: BinSpan,
  signals: readonly OutputSignal[],
  request: TargetRequest,
): Window {
  const times: number[][] = signals.map(() => []);
  const addresses: number[][] = signals.map(() => []);
  return {
    from,
    to,
    take(signal, channel, time) {
      times[signal]!.push(time);
      addresses[signal]!.push(channel);
    },
    output: () =>
      outputOf(
        signals,
        signals.map(({ channels }, i) => packetOf(times[i]!, addresses[i]!, channels, to)),
        request,
      ),
  };
}

/** Makes a packet of events. A board may give those of one step in any order. */
function packetOf(
  times: readonly number[],
  channelsOfEvents: readonly number[],
  channels: number,
  until: number,
): AerPacket<ChannelSpace> {
  const { length } = times;
  const timestamps = reals(length);
  const addresses = wholes(length);
  const sorted = times.every((time, i) => i === 0 || time >= times[i - 1]!);
  const order = sorted
    ? undefined
    : Array.from(times.keys()).sort((a, b) => times[a]! - times[b]! || a - b);
  for (let i = 0; i < length; i++) {
    const k = order === undefined ? i : order[i]!;
    timestamps[i] = times[k]!;
    addresses[i] = channelsOfEvents[k]!;
  }
  return { timestamps, addresses, space: channelSpace(channels), until };
}
