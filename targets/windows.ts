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

/** Spikes of one signal in a window, in arrays that grow. */
interface Gathered {
  times: Float64Array;
  channels: Uint32Array;
  count: number;
}

/** Spikes of a signal that there is room for from the beginning; a window with more than `mostKept` is not used again. */
const [room, mostKept] = [8, 1024];

/** Makes windows that gather spikes as events, over the bins that packets have completed. Those that are over are used again. */
export function packetWindows(
  signals: readonly OutputSignal[],
  request: TargetRequest,
): (span: BinSpan) => Window {
  const spaces = signals.map(({ channels }) => channelSpace(channels));
  const spare: PacketWindow[] = [];
  const make = (): PacketWindow => {
    const gathered = signals.map(
      (): Gathered => ({
        times: new Float64Array(room),
        channels: new Uint32Array(room),
        count: 0,
      }),
    );
    const window: PacketWindow = {
      from: 0,
      to: 0,
      take: (signal, channel, time) => add(gathered[signal]!, channel, time),
      output() {
        const packets = gathered.map((events, i) => packetOf(events, spaces[i]!, window.to));
        if (gathered.every(isSmall)) spare.push(window);
        return outputOf(signals, packets, request);
      },
    };
    return window;
  };
  return ({ from, to }) => {
    const window = spare.pop() ?? make();
    window.from = from;
    window.to = to;
    return window;
  };
}

/** A window that is used again. */
interface PacketWindow extends Window {
  from: number;
  to: number;
}

function isSmall({ times }: Gathered): boolean {
  return times.length <= mostKept;
}

function add(events: Gathered, channel: number, time: number): void {
  const { times, channels, count } = events;
  if (count === times.length) {
    events.times = new Float64Array(2 * count);
    events.times.set(times);
    events.channels = new Uint32Array(2 * count);
    events.channels.set(channels);
  }
  events.times[count] = time;
  events.channels[count] = channel;
  events.count++;
}

/** Takes the events out as a packet. A board may give those of one step in any order. */
function packetOf(events: Gathered, space: ChannelSpace, until: number): AerPacket<ChannelSpace> {
  const { times, channels, count } = events;
  events.count = 0;
  const timestamps = reals(count);
  const addresses = wholes(count);
  let sorted = true;
  for (let i = 0; i < count; i++) {
    timestamps[i] = times[i]!;
    addresses[i] = channels[i]!;
    sorted &&= i === 0 || times[i]! >= times[i - 1]!;
  }
  if (!sorted) {
    const order = Uint32Array.from(timestamps.keys()).sort(
      (a, b) => times[a]! - times[b]! || a - b,
    );
    for (const [i, k] of order.entries()) {
      timestamps[i] = times[k]!;
      addresses[i] = channels[k]!;
    }
  }
  return { timestamps, addresses, space, until };
}
