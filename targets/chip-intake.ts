/** What comes into a run of the target `chip`: checked, and the bins that it completes. */

import type { Clock } from '../src/clock.ts';
import { DataError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { chunkEnd } from '../src/events/bins.ts';
import type { ChannelSpace } from '../src/events/space.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { readItem } from '../src/options.ts';
import { kindCheck } from '../src/pipeline/binned-run.ts';
import { type BinSpan, packetBins } from '../src/pipeline/packet-bins.ts';
import { checkGrid, checkOrder } from '../src/pipeline/run.ts';
import { isPacket, type TargetInput } from '../src/pipeline/target.ts';

/** A raster that waits to be handed to the schedule. */
export interface RasterItem {
  readonly kind: 'raster';
  readonly raster: SpikeRaster;
  /** Host time at which it came. */
  readonly arrived: number;
}

/** A packet that waits to be handed to the schedule. */
export interface PacketItem {
  readonly kind: 'packet';
  readonly events: AerPacket<ChannelSpace> | undefined;
  /** All before this time has been said. */
  readonly until: number;
  /** The bins that it completes. */
  readonly span: BinSpan;
  /** Host time at which it came. */
  readonly arrived: number;
  /** Start of the first bin, if it is known. */
  readonly begin: number | undefined;
}

/** Where an input begins, microseconds of the stream: a raster with its first bin, a packet with its first event or bin. */
export function startOf(item: RasterItem | PacketItem): number {
  if (item.kind === 'raster') return item.raster.startTime;
  return item.events?.timestamps[0] ?? item.span.from;
}

/** What the input must be. */
export interface IntakeConfig {
  readonly grid: { readonly channelsIn: number; readonly dt: number };
  /** Start of the first bin of packets, if it is said. */
  readonly startTime: number | undefined;
  /** Whether the board has no clock of its own, and is run through all time there is. */
  readonly hostClock: boolean;
  /** Whether rasters are refused. */
  readonly packetsOnly: boolean;
  readonly clock: Clock;
}

/** Takes the inputs of a run, one after the other. */
export interface Intake {
  /**
   * Takes an input.
   *
   * @throws DataError if it does not fit the pipeline, or goes back in time
   */
  take(input: TargetInput): RasterItem | PacketItem;
  /** Ends the stream: gives the bins that have begun, if there are any. */
  finish(): PacketItem | undefined;
}

/** Silence that a board without a clock is run through at most, microseconds: a day. */
const longestSilence = 86_400e6;

/** Refuses a time that lies so far ahead that the board would never come there: broken time stamps do. */
function checkGap(from: number | undefined, to: number | undefined): void {
  if (from === undefined || to === undefined || to - from <= longestSilence) return;
  throw new DataError(
    `${to} µs follows ${from} µs: the board would be run through more than a day of silence; mend the time, or start another run`,
  );
}

/** Checks what comes in. */
export function chipIntake(config: IntakeConfig): Intake {
  const { grid, hostClock, packetsOnly, clock } = config;
  const bins = packetBins({ ...grid, startTime: config.startTime });
  const check = kindCheck();
  /** End of the last raster, and time up to which packets have spoken since their first event. */
  let reached: number | undefined;
  let heard: number | undefined;
  const checkGaps = ({ timestamps, until }: AerPacket): void => {
    for (let i = 0; i < timestamps.length; i++) checkGap(timestamps[i - 1] ?? heard, timestamps[i]);
    checkGap(timestamps.at(-1) ?? heard, until);
    if (timestamps.length > 0 || heard !== undefined) heard = Math.max(heard ?? until, until);
  };
  const packetItem = (
    events: AerPacket<ChannelSpace> | undefined,
    until: number,
    span: BinSpan,
  ): PacketItem => ({
    kind: 'packet',
    events,
    until,
    span,
    begin: bins.begin,
    arrived: clock.now(),
  });
  return {
    take(given) {
      const input = readItem(given);
      check(input);
      if (isPacket(input)) {
        if (hostClock) checkGaps(input);
        return packetItem(input, input.until, bins.take(input));
      }
      if (packetsOnly) {
        throw new DataError('a raster came, whose bins have times; in immediate mode give packets');
      }
      checkGrid(input, grid);
      checkOrder(input, reached);
      if (hostClock) checkGap(reached, input.startTime);
      reached = chunkEnd(input);
      return { kind: 'raster', raster: input, arrived: clock.now() };
    },
    finish() {
      const span = bins.finish();
      return span.steps === 0 ? undefined : packetItem(undefined, span.to, span);
    },
  };
}

/** Time of the last event of a packet that has some. */
export function lastTime({ timestamps }: AerPacket): number {
  return timestamps[timestamps.length - 1]!;
}

/** The events of a packet from a time on. */
export function eventsFrom(packet: AerPacket<ChannelSpace>, time: number): AerPacket<ChannelSpace> {
  const { timestamps, addresses } = packet;
  let i = timestamps.length;
  while (i > 0 && timestamps[i - 1]! >= time) i--;
  return { ...packet, timestamps: timestamps.subarray(i), addresses: addresses.subarray(i) };
}
