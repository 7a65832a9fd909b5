/** Which bins of a pipeline the packets of a stream have completed. */
import { DataError } from '../errors.ts';
import { type AerPacket, packetFault } from '../events/aer-packet.ts';
import { binOf, binStart } from '../events/bins.ts';
import type { ChannelSpace } from '../events/space.ts';
import { problemText } from '../problems.ts';

/** A span of whole bins, whole microseconds. */
export interface BinSpan {
  /** Start of its first bin. */
  readonly from: number;
  /** End of its last bin. */
  readonly to: number;
  /** Number of bins. */
  readonly steps: number;
}

/** What {@link packetBins} needs to know. */
export interface PacketBinsConfig {
  /** Channels of the pipeline. */
  readonly channelsIn: number;
  /** Step of the pipeline, seconds. */
  readonly dt: number;
  /** Start of the first bin; where the first event falls on the grid of whole steps if undefined. */
  readonly startTime?: number | undefined;
}

/** The bins of a stream of packets. */
export interface PacketBins {
  /** Start of the first bin; undefined until it is known. */
  readonly begin: number | undefined;
  /**
   * Takes a packet that has been read; gives the bins that its `until` completes, none if it completes none.
   *
   * @throws DataError if the packet does not fit the pipeline, or goes back in time
   */
  take(packet: AerPacket<ChannelSpace>): BinSpan;
  /** Ends the stream: gives the bins that have begun, or hold an event. */
  finish(): BinSpan;
}

/** Follows a stream of packets over the bins of a pipeline. */
export function packetBins({ channelsIn, dt, startTime }: PacketBinsConfig): PacketBins {
  let begin = startTime;
  /** Bins that are complete, and bins that have begun or hold an event. */
  let complete = 0;
  let begun = 0;
  let said = Number.NEGATIVE_INFINITY;
  const timeOf = (step: number): number => binStart(step, dt, begin!);
  const span = (to: number): BinSpan => {
    const from = complete;
    complete = Math.max(complete, to);
    return { from: timeOf(from), to: timeOf(complete), steps: complete - from };
  };
  return {
    get begin() {
      return begin;
    },
    take(packet) {
      checkInput(packet, channelsIn);
      checkOrder(packet, said);
      const { timestamps, until } = packet;
      const first = timestamps[0];
      const last = timestamps[timestamps.length - 1];
      said = Math.max(said, until, last ?? said);
      // On the grid of whole steps from 0, so that no cut makes a difference.
      if (begin === undefined && first !== undefined) begin = binStart(binOf(first, 0, dt), dt);
      if (begin === undefined) {
        const at = binStart(binOf(until, 0, dt), dt);
        return { from: at, to: at, steps: 0 };
      }
      if (first !== undefined && first < begin) {
        throw new DataError(
          `an event has the time ${first} µs, before the stream begins at ${begin} µs`,
        );
      }
      const ends = Math.max(0, binOf(said, begin, dt));
      begun = Math.max(begun, ends, binOf(said - 1, begin, dt) + 1);
      if (last !== undefined) begun = Math.max(begun, binOf(last, begin, dt) + 1);
      return span(ends);
    },
    finish: () => (begin === undefined ? { from: 0, to: 0, steps: 0 } : span(begun)),
  };
}

/** Refuses a packet that the pipeline was not built for. */
function checkInput(packet: AerPacket, channelsIn: number): void {
  const fault = packetFault(packet, 'channels');
  if (fault !== undefined) throw new DataError(problemText(fault));
  const { channels } = packet.space as ChannelSpace;
  if (channels !== channelsIn) {
    throw new DataError(
      `the packet has ${channels} channels but the pipeline takes ${channelsIn}; give packets of ${channelsIn} channels`,
    );
  }
  const { addresses } = packet;
  for (let i = 0; i < addresses.length; i++) {
    if (addresses[i]! >= channelsIn) {
      throw new DataError(`event ${i} has channel ${addresses[i]}; there are ${channelsIn}`);
    }
  }
}

/** Refuses events whose times are not whole, or before what was said. */
function checkOrder({ timestamps, until }: AerPacket, said: number): void {
  let last = said;
  for (let i = 0; i < timestamps.length; i++) {
    const time = timestamps[i]!;
    if (!Number.isSafeInteger(time)) {
      throw new DataError(`timestamp ${i} is ${time}; whole microseconds are needed`);
    }
    if (time < last) {
      throw new DataError(
        `timestamp ${i} is ${time} µs, before ${last} µs, up to which everything was said; packets must follow each other in time`,
      );
    }
    last = time;
  }
  if (!Number.isSafeInteger(until)) {
    throw new DataError(`until of the packet is ${until}; whole microseconds are needed`);
  }
}
