/** Runs bins as they come: rasters at once, packets as soon as their bins are complete. */

import { DataError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { binOf, binStart, chunkEnd } from '../events/bins.ts';
import { wholes } from '../events/blocks.ts';
import { rasterToEvents } from '../events/convert.ts';
import type { ChannelSpace } from '../events/space.ts';
import { mostBins, type SignalRaster, type SpikeRaster } from '../events/spike-raster.ts';
import { readItem } from '../options.ts';
import { type BinSpan, packetBins } from './packet-bins.ts';
import type { Pipeline } from './pipeline.ts';
import { checkOrder, longestSilence, mostSilentSteps } from './run.ts';
import { joinSpikes, joinValues, outputOf, outputSignals } from './signals.ts';
import {
  isPacket,
  type TargetInput,
  type TargetObserver,
  type TargetRequest,
  type TargetRun,
} from './target.ts';

/** What computes bins. */
export interface BinnedProcess {
  /** Runs a chunk; gives the signals in the order of `outputSignals`. */
  process(input: SpikeRaster): readonly (SpikeRaster | SignalRaster)[];
  /** Goes back to rest; time begins anew with the next chunk. */
  reset(): void;
  /** Frees everything. */
  stop?(): void;
}

/** Values of input that a slice of time holds at most, unless one step has more: packets may be far apart. */
const sliceValues = 1 << 20;

/** Makes a run of what computes bins. */
export function binnedRun(
  pipeline: Pipeline,
  process: BinnedProcess,
  observer: TargetObserver,
  request: TargetRequest,
): TargetRun {
  const { channelsIn, dt } = pipeline;
  const signals = outputSignals(pipeline, request);
  const bins = packetBins({ channelsIn, dt, startTime: request.startTime });
  const maxSteps = Math.max(1, Math.floor(sliceValues / channelsIn));
  const check = kindCheck();
  let waiting: AerPacket<ChannelSpace>[] = [];
  let reached: number | undefined;
  let stopped = false;
  let packets = false;

  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    waiting = [];
    process.stop?.();
  };
  const guard = (work: () => void): void => {
    if (stopped) return;
    try {
      work();
    } catch (cause) {
      stop();
      observer.error(cause);
    }
  };
  /** Refuses to record values over a time that is left out. */
  const refuseStates = (time: number): void => {
    const state = signals.find(({ spikes }) => !spikes);
    if (state === undefined) return;
    throw new DataError(
      `up to ${time} µs nothing comes for more than can be filled: ${state.name} cannot be recorded over that; mend the time of the event, or say by empty packets that time passes`,
    );
  };
  /** Refuses to record values over more steps than a raster holds. */
  const refuseLongValues = (span: BinSpan): void => {
    const values = signals.filter(({ spikes }) => !spikes);
    const width = values.reduce((sum, { channels }) => sum + channels, 0);
    if (width * span.steps <= mostBins) return;
    throw new DataError(
      `up to ${span.to} µs ${span.steps} steps are said at once: ${values[0]!.name} cannot be recorded over so many; say in smaller packets that time passes`,
    );
  };
  const longest = Math.min(longestSilence * 1e6, mostSilentSteps * dt * 1e6);
  const longestSaid = mostSilentSteps * dt * 1e6;
  /**
   * The end of a silence from `time` on that is a gap, as between two chunks: before an event, of which nobody spoke;
   * and what an `until` says, if no one could wait for its bins.
   */
  const silentTo = (
    next: number | undefined,
    time: number,
    { to }: BinSpan,
  ): number | undefined => {
    if (next !== undefined) return next - time > longest ? next : undefined;
    return to - time > longestSaid ? to : undefined;
  };
  /** Runs the bins of a span on the events that wait. */
  const runSpan = (span: BinSpan): void => {
    refuseLongValues(span);
    const pieces: (readonly (AerPacket<ChannelSpace> | SignalRaster)[])[] = [];
    for (let step = 0; step < span.steps; ) {
      const startTime = binStart(step, dt, span.from);
      const next = waiting[0]?.timestamps[0];
      const silent = silentTo(next, startTime, span);
      if (silent !== undefined) {
        refuseStates(silent);
        step = Math.min(span.steps, binOf(silent, span.from, dt));
        continue;
      }
      const steps = Math.min(maxSteps, span.steps - step);
      const end = binStart(step + steps, dt, span.from);
      const grid = { steps, channels: channelsIn, dt, startTime };
      const counts = wholes(steps * channelsIn);
      waiting = takeEvents(waiting, end, (time, channel) => {
        const at = binOf(time, startTime, dt) * channelsIn + channel;
        counts[at] = counts[at]! + 1;
      });
      const given = process.process({ ...grid, counts });
      // Silence takes no room as events.
      pieces.push(given.map((one) => ('counts' in one ? rasterToEvents(one) : one)));
      step += steps;
    }
    const joined = signals.map((signal, i) =>
      signal.spikes
        ? joinSpikes(
            pieces.map((piece) => piece[i] as AerPacket<ChannelSpace>),
            signal,
            span,
          )
        : joinValues(
            pieces.map((piece) => piece[i] as SignalRaster),
            signal,
            span,
            dt,
          ),
    );
    observer.next(outputOf(signals, joined, request));
  };
  return {
    push: (given) =>
      guard(() => {
        const input = readItem(given);
        check(input);
        if (isPacket(input)) {
          packets = true;
          const span = bins.take(input);
          if (input.addresses.length > 0) waiting.push(input);
          runSpan(span);
          return;
        }
        checkOrder(input, reached);
        const output = process.process(input);
        reached = chunkEnd(input);
        observer.next(outputOf(signals, output, request));
      }),
    reset: () => guard(() => process.reset()),
    end: () =>
      guard(() => {
        const span = bins.finish();
        if (packets && span.steps > 0) runSpan(span);
        if (stopped) return;
        stop();
        observer.complete();
      }),
    stop,
  };
}

/** Takes the events before `end` out of packets; gives what remains of them. */
function takeEvents(
  packets: readonly AerPacket<ChannelSpace>[],
  end: number,
  take: (time: number, channel: number) => void,
): AerPacket<ChannelSpace>[] {
  const left: AerPacket<ChannelSpace>[] = [];
  for (const packet of packets) {
    const { timestamps, addresses } = packet;
    let i = 0;
    for (; i < timestamps.length && timestamps[i]! < end; i++) take(timestamps[i]!, addresses[i]!);
    if (i === timestamps.length) continue;
    const rest = { timestamps: timestamps.subarray(i), addresses: addresses.subarray(i) };
    left.push({ ...packet, ...rest });
  }
  return left;
}

/** Refuses a stream that has rasters and packets. */
export function kindCheck(): (input: TargetInput) => void {
  let first: boolean | undefined;
  return (input) => {
    const packet = isPacket(input);
    first ??= packet;
    if (packet !== first) {
      const [given, needed] = packet ? ['a packet', 'rasters'] : ['a raster', 'packets'];
      throw new DataError(`${given} came in a stream of ${needed}; toRaster and toEvents convert`);
    }
  };
}
