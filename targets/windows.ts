/** What the target `chip` gathers: the spikes that belong to each input, in the form in which it came. */
import { binOf, chunkEnd } from '../src/events/bins.ts';
import { channels as channelSpace } from '../src/events/space.ts';
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
    return { steps, channels, dt, startTime, counts: new Uint32Array(steps * channels) };
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
    output() {
      const packets = signals.map(({ channels }, i) => {
        const own = times[i]!;
        // A board may give events of one step in any order.
        const order = Array.from(own.keys()).sort((a, b) => own[a]! - own[b]! || a - b);
        return {
          timestamps: Float64Array.from(order, (k) => own[k]!),
          addresses: Uint32Array.from(order, (k) => addresses[i]![k]!),
          space: channelSpace(channels),
          until: to,
        };
      });
      return outputOf(signals, packets, request);
    },
  };
}
