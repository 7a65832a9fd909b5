import {
  asyncScheduler,
  concatWith,
  ignoreElements,
  NEVER,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  tap,
} from 'rxjs';
import { type Destination, destinationProblems, eventWord } from '../src/chips/dynapse2/event.ts';
import { fpgaSchedule } from '../src/devices/fpga-schedule.ts';
import type { Link } from '../src/devices/link.ts';
import { routeEvents } from '../src/devices/route.ts';
import { DataError, InvalidArgumentError } from '../src/errors.ts';
import { type AerPacket, checkPacket } from '../src/events/aer-packet.ts';
import { type ChannelSpace, type ChipWordSpace, chipWords } from '../src/events/space.ts';
import { problemText } from '../src/problems.ts';

/** Configuration of {@link toFpga}. */
export interface ToFpgaConfig {
  /** How long before its time an event is handed to the board, seconds; 5 ms where left out. */
  readonly lookAhead?: number;
  /** Events that may wait on the host; a million where left out. */
  readonly capacity?: number;
  /** Destinations of each channel; where left out, addresses are event words already. */
  readonly channels?: readonly (readonly Destination[])[];
  /** Clock of the host. */
  readonly clock?: SchedulerLike;
}

/** What became of the events: delivered + late + dropped = sent, once the stream has completed. */
export interface FpgaReport {
  /** Events handed to the sink. */
  readonly sent: number;
  /** Events that reached the chips at their time. */
  readonly delivered: number;
  /** Events that came after their time and were passed on at once. */
  readonly late: number;
  /** Events that found no room on the host or in the board's FIFO. */
  readonly dropped: number;
}

/** Refuses a packet whose events cannot be given a time on the board, in their order. */
function checkOrder({ timestamps }: AerPacket, last = Number.NEGATIVE_INFINITY): void {
  const odd = timestamps.findIndex((time) => !Number.isSafeInteger(time));
  if (odd >= 0) {
    throw new DataError(`timestamp ${odd} is ${timestamps[odd]}; whole microseconds are needed`);
  }
  const back = timestamps.findIndex((time, i) => time < (timestamps[i - 1] ?? last));
  if (back >= 0) {
    throw new DataError(
      `timestamp ${back} is ${timestamps[back]} µs, before the event at ${timestamps[back - 1] ?? last} µs; events must follow each other in time`,
    );
  }
}

/**
 * Sends address-events to the chips. Every event is emitted by the board at its own time: the first
 * event's time is brought onto the board's clock, `lookAhead` from now, and the distances between
 * events are kept. Host time only decides when events are handed over. Emits a report with each packet
 * and a last one when the board has emitted everything. Errors with a `DeviceError` where the link is
 * lost or silent, with a `DataError` where events go back in time; unsubscribing leaves the link open.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[4], [4]] }), dynapSim({ neurons: 1 }));
 * const { configuration, inputChannels } = deploy(net);
 * const link = await virtualBoard().open();
 * await link.configure(configuration);
 * poisson({ channels: 2, rate: 50, duration: 0.1, seed: 0 }).pipe(
 *   toEvents(),
 *   toFpga(link, { channels: inputChannels }),
 *   last(),
 *   map(({ sent, delivered, late, dropped }) => delivered + late + dropped === sent),
 * ); // emits true
 * ```
 */
export function toFpga(
  link: Link,
  config: ToFpgaConfig & { readonly channels: readonly (readonly Destination[])[] },
): OperatorFunction<AerPacket<ChannelSpace>, FpgaReport>;
export function toFpga(
  link: Link,
  config?: ToFpgaConfig & { readonly channels?: undefined },
): OperatorFunction<AerPacket<ChipWordSpace>, FpgaReport>;
export function toFpga(link: Link, config: ToFpgaConfig): OperatorFunction<AerPacket, FpgaReport>;
export function toFpga(
  link: Link,
  config: ToFpgaConfig = {},
): OperatorFunction<AerPacket, FpgaReport> {
  const { lookAhead = 5e-3, capacity = 1_000_000, clock = asyncScheduler, channels } = config;
  const problems: string[] = [];
  if (!(lookAhead >= 0 && Number.isFinite(lookAhead))) {
    problems.push(`lookAhead is ${lookAhead} s; a finite number of at least 0 is needed`);
  }
  if (!(capacity >= 1 && Math.floor(capacity) === capacity)) {
    problems.push(`capacity is ${capacity}; a whole number above 0 is needed`);
  }
  for (const [i, destinations] of (channels ?? []).entries()) {
    const found = destinations.flatMap(destinationProblems);
    problems.push(...found.map((problem) => `channel ${i}: ${problemText(problem)}`));
  }
  if (problems.length > 0) throw new InvalidArgumentError('this sink cannot be made', problems);
  const words = channels?.map((all) => Uint32Array.from(all, eventWord));
  const space = chipWords(link.info.family);
  return (source: Observable<AerPacket>) =>
    new Observable((subscriber) => {
      const before = { ...link.statistics };
      const schedule = fpgaSchedule(link, {
        lookAhead,
        capacity,
        clock,
        failed: (cause) => subscriber.error(cause),
      });
      subscriber.add(() => schedule.stop());
      const report = (): FpgaReport => ({
        sent: schedule.sent,
        delivered: link.statistics.delivered - before.delivered,
        late: link.statistics.late - before.late,
        dropped: link.statistics.dropped - before.dropped + schedule.dropped,
      });
      let last: number | undefined;
      source
        .pipe(
          tap({
            next: (packet) => {
              checkPacket(packet, words === undefined ? 'chipWords' : 'channels');
              checkOrder(packet, last);
              schedule.add(
                words === undefined
                  ? (packet as AerPacket<ChipWordSpace>)
                  : routeEvents(packet as AerPacket<ChannelSpace>, words, space),
              );
              last = packet.timestamps.at(-1) ?? last;
              subscriber.next(report());
            },
            complete: () => {
              schedule.mark((last ?? 0) + 1, () => {
                subscriber.next(report());
                subscriber.complete();
              });
            },
          }),
          ignoreElements(),
          concatWith(NEVER),
        )
        .subscribe(subscriber);
    });
}
