/** Runs the bins that packets of events complete. */
import { DataError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { binOf, binStart } from '../events/bins.ts';
import { mostValues, wholes } from '../events/blocks.ts';
import { knownRasterToEvents } from '../events/convert.ts';
import type { ChannelSpace } from '../events/space.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import { queue } from '../queue.ts';
import { type BinSpan, packetBins } from './packet-bins.ts';
import type { Pipeline } from './pipeline.ts';
import { longestSilence, mostSilentSteps } from './run.ts';
import { joinSpikes, joinValues, type OutputSignal } from './signals.ts';
import type { TargetRequest } from './target.ts';

/** What computes bins. */
export interface BinnedProcess {
  /** Runs a chunk; gives the signals in the order of `outputSignals`. */
  process(input: SpikeRaster): readonly (SpikeRaster | SignalRaster)[];
  /** Computes so many steps of the silence before a chunk that begins at a time; whether some of it is left. */
  approach?(startTime: number, steps: number): boolean;
  /** Goes back to rest; time begins anew with the next chunk. */
  reset(): void;
  /** Frees everything. */
  stop?(): void;
}

/** What packets need to run. */
export interface PacketRun {
  /** Takes a packet; {@link goOn} gives the signals of the bins that it completes. */
  take(packet: AerPacket<ChannelSpace>): void;
  /**
   * Runs the bins that the last packet has completed, so many steps at most; gives their signals, or undefined
   * if some are yet to be run.
   */
  goOn(steps: number): Piece | undefined;
  /** Gives the signals of the bins that have begun, if there are any. */
  finish(): Piece | undefined;
  /** Forgets all that waits. */
  clear(): void;
}

/** Signals over some time: spikes as events. */
export type Piece = readonly (AerPacket<ChannelSpace> | SignalRaster)[];

function eventsOf(signal: SpikeRaster | SignalRaster): AerPacket<ChannelSpace> | SignalRaster {
  return 'counts' in signal ? knownRasterToEvents(signal) : signal;
}

/** Values of input, or of a signal, that a slice of time holds at most, unless one step has more: packets may be far apart. */
const sliceValues = 1 << 20;

/** Makes what runs packets. */
export function packetRun(
  { channelsIn, dt }: Pipeline,
  process: BinnedProcess,
  signals: readonly OutputSignal[],
  request: TargetRequest,
): PacketRun {
  const bins = packetBins({ channelsIn, dt, startTime: request.startTime });
  const widest = signals.reduce((most, { channels }) => Math.max(most, channels), channelsIn);
  const maxSteps = Math.max(1, Math.floor(sliceValues / widest));
  /** Packets with events that wait for their bins, and how many events of the first do not any more. */
  const waiting = queue<AerPacket<ChannelSpace>>();
  let taken = 0;
  /** Counts of a single step, which nobody keeps. */
  const oneStep = new Uint32Array(channelsIn);
  const values = signals.filter(({ spikes }) => !spikes);
  const width = values.reduce((sum, { channels }) => sum + channels, 0);
  /** Refuses to record values over a time that is left out. */
  const refuseStates = (time: number): void => {
    if (values.length === 0) return;
    throw new DataError(
      `up to ${time} µs nothing comes for more than can be filled: ${values[0]!.name} cannot be recorded over that; mend the time of the event, or say by empty packets that time passes`,
    );
  };
  /** Refuses to record values over more steps than a raster holds. */
  const refuseLongValues = (span: BinSpan): void => {
    if (width * span.steps <= mostValues) return;
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
  /** Counts the events that wait for the bins from `startTime` up to `end`, and forgets them. */
  const takeEvents = (counts: Uint32Array, startTime: number, end: number): void => {
    for (let packet = waiting.first; packet !== undefined; packet = waiting.first) {
      const { timestamps, addresses } = packet;
      for (; taken < timestamps.length && timestamps[taken]! < end; taken++) {
        const at = binOf(timestamps[taken]!, startTime, dt) * channelsIn + addresses[taken]!;
        counts[at] = counts[at]! + 1;
      }
      if (taken < timestamps.length) return;
      waiting.shift();
      taken = 0;
    }
  };
  /** Runs bins on the events that wait; gives the signals over that time. */
  const runBins = (startTime: number, steps: number): Piece => {
    const counts = steps === 1 ? oneStep.fill(0) : wholes(steps * channelsIn);
    takeEvents(counts, startTime, binStart(steps, dt, startTime));
    const given = process.process({ steps, channels: channelsIn, dt, startTime, counts });
    // Silence takes no room as events.
    return given.map(eventsOf);
  };
  /** The span that is being run, how many of its steps are done, and the signals over those. */
  let span: BinSpan = { from: 0, to: 0, steps: 0 };
  let done = 0;
  let pieces: Piece[] = [];
  /** Where the slice ends that has begun: only between slices time is left out, so that turns make no difference. */
  let sliceEnd = 0;
  const begin = (next: BinSpan): void => {
    refuseLongValues(next);
    span = next;
    done = 0;
    sliceEnd = 0;
    pieces = [];
  };
  /** Goes on with the span; gives the signals over it if that is its end. */
  const goOn = (atOnce: number): Piece | undefined => {
    for (let left = atOnce; done < span.steps; ) {
      if (left <= 0) return undefined;
      const startTime = binStart(done, dt, span.from);
      if (done === sliceEnd) {
        const silent = silentTo(waiting.first?.timestamps[taken], startTime, span);
        if (silent !== undefined) {
          refuseStates(silent);
          done = Math.min(span.steps, binOf(silent, span.from, dt));
          sliceEnd = done;
          continue;
        }
        sliceEnd = Math.min(done + maxSteps, span.steps);
      }
      if (process.approach?.(startTime, left)) return undefined;
      const steps = Math.min(left, sliceEnd - done);
      const piece = runBins(startTime, steps);
      done += steps;
      left -= steps;
      if (steps === span.steps) return piece;
      pieces.push(piece);
    }
    return joined();
  };
  const joined = (): Piece =>
    signals.map((signal, i) =>
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
  return {
    take(packet) {
      const next = bins.take(packet);
      if (packet.addresses.length > 0) waiting.push(packet);
      begin(next);
    },
    goOn,
    finish() {
      const last = bins.finish();
      if (last.steps === 0) return undefined;
      begin(last);
      return goOn(Number.POSITIVE_INFINITY);
    },
    clear() {
      waiting.clear();
      pieces = [];
    },
  };
}
