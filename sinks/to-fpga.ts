/** The sink `toFpga`: address-events go to the chips of a board, each at its own time. */
import type { OperatorFunction } from 'rxjs';
import { oneAtATime } from '../operators/one-at-a-time.ts';
import { type Clock, monotonic } from '../src/clock.ts';
import { gate } from '../src/demand.ts';
import { fpgaSchedule } from '../src/devices/fpga-schedule.ts';
import { immediateSchedule } from '../src/devices/immediate-schedule.ts';
import { type Link, linkProblems, readLink } from '../src/devices/link.ts';
import { routeEvents, wordListProblems } from '../src/devices/route.ts';
import {
  type ScheduleMode,
  type SlipPolicy,
  scheduleModes,
  slipPolicies,
} from '../src/devices/schedule/stream-clock.ts';
import { DataError, InvalidArgumentError } from '../src/errors.ts';
import { type AerPacket, soundPacket } from '../src/events/aer-packet.ts';
import { type ChannelSpace, type ChipWordSpace, chipWords } from '../src/events/space.ts';
import {
  having,
  listOf,
  number,
  type OptionTable,
  optionProblems,
  readOnce,
} from '../src/options.ts';

/** Configuration of {@link toFpga}. */
export interface ToFpgaConfig {
  /** How long before its time an event is handed to the board, seconds; 5 ms if left out. */
  readonly lookAhead?: number;
  /** What becomes of a stream that falls behind the board; it is followed if left out, and each slip is counted. */
  readonly policy?: SlipPolicy;
  /** When events are emitted: each at its time, or as they come, for closed loops; `scheduled` if left out. */
  readonly mode?: ScheduleMode;
  /** Events that may wait on the host; a million if left out. */
  readonly capacity?: number;
  /** Event words of each channel, as a deployment has them; if left out, addresses are event words already. */
  readonly inputWords?: readonly Uint32Array[];
  /** Clock of the host; the machine's if left out. */
  readonly clock?: Clock;
}

/**
 * What became of the events: delivered + late + dropped = sent, once the stream has completed, on a board that
 * counts them. A counter that the board has not got is absent, as is one that it cannot tell from those of another
 * sink on the same link.
 */
export interface FpgaReport {
  /** Events handed to the sink. */
  readonly sent: number;
  /** Events that reached the chips at their time. */
  readonly delivered?: number;
  /** Events that came after their time and were passed on at once. */
  readonly late?: number;
  /** Events that found no room on the host or in the board's FIFO. */
  readonly dropped: number;
  /** How often the stream fell behind the board and was followed, or caught up; absent if it did not. */
  readonly slips?: number;
  /** By how much later the stream is for that, microseconds; less again once it has caught up. */
  readonly slipped?: number;
}

/** Events that wait on the host before a source that can wait is held back. */
const heldBack = 16_384;

/** The sinks that run on each link: only of those that share it may one be told what the board counts of others. */
const running = new WeakMap<Link, Set<{ shares: boolean }>>();

/** Joins the sinks that run on a link until the returned function is called. */
function join(link: Link): { readonly shares: boolean; leave(): void } {
  const sinks = running.get(link) ?? new Set();
  running.set(link, sinks);
  const own = { shares: false, leave: () => sinks.delete(own) };
  sinks.add(own);
  if (sinks.size > 1) for (const sink of sinks) sink.shares = true;
  return own;
}

const table: OptionTable<ToFpgaConfig> = {
  lookAhead: number({ min: 0, unit: 'seconds' }),
  policy: slipPolicies,
  mode: scheduleModes,
  capacity: number({ min: 1, whole: true, unit: 'events' }),
  inputWords: listOf(wordListProblems),
  clock: having('a clock', 'now', 'schedule'),
};

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
 * and a last one when the board has emitted everything. Errors with a `DeviceError` if the link is
 * lost or silent, with a `DataError` if events go back in time; unsubscribing leaves the link open.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[4], [4]] }), dynapSim({ neurons: 1 }));
 * const { configuration, inputWords } = deploy(net);
 * const link = await virtualBoard().open();
 * await link.configure(configuration);
 * poisson({ channels: 2, rate: 50, duration: 0.1, seed: 0 }).pipe(
 *   toEvents(),
 *   toFpga(link, { inputWords }),
 *   last(),
 *   map(({ sent, delivered = 0, late = 0, dropped }) => delivered + late + dropped === sent),
 * ); // emits true
 * ```
 */
export function toFpga(
  link: Link,
  config: ToFpgaConfig & { readonly inputWords: readonly Uint32Array[] },
): OperatorFunction<AerPacket<ChannelSpace>, FpgaReport>;
export function toFpga(
  link: Link,
  config?: ToFpgaConfig & { readonly inputWords?: undefined },
): OperatorFunction<AerPacket<ChipWordSpace>, FpgaReport>;
export function toFpga(link: Link, config: ToFpgaConfig): OperatorFunction<AerPacket, FpgaReport>;
export function toFpga(
  link: Link,
  config: ToFpgaConfig = {},
): OperatorFunction<AerPacket, FpgaReport> {
  config = readOnce(config, table);
  const own = readLink(link);
  const problems = [...linkProblems(own), ...optionProblems(config, table)];
  if (problems.length > 0) throw new InvalidArgumentError('this sink cannot be made', problems);
  const { lookAhead = 5e-3, mode = 'scheduled', capacity = 1_000_000, inputWords } = config;
  const most = Math.min(heldBack, capacity / 2);
  const clock = monotonic(config.clock);
  const space = chipWords(own.info.family);
  return oneAtATime<AerPacket, FpgaReport>((subscriber) => {
    const before = { ...own.statistics };
    const sink = join(link);
    subscriber.add(sink.leave);
    let slips = 0;
    let slipped = 0;
    const demand = gate();
    const heard = {
      clock,
      handed: () => {
        if (!demand.open && schedule.waiting <= most / 2) demand.set(true);
      },
      failed: (cause: unknown) => subscriber.error(cause),
    };
    const scheduled = {
      ...heard,
      lookAhead,
      capacity,
      waits: () => demand.asked,
      ...(config.policy !== undefined && { policy: config.policy }),
      slipped(size: number) {
        slips++;
        slipped += size;
      },
    };
    const schedule =
      mode === 'immediate' && own.info.clock === 'board'
        ? immediateSchedule(own, heard)
        : fpgaSchedule(own, scheduled);
    subscriber.add(() => schedule.stop());
    /** What the board has counted of this sink's events; undefined if it cannot. */
    const counted = (name: 'delivered' | 'late' | 'dropped'): number | undefined => {
      const all = own.statistics[name];
      if (all === undefined || schedule.handed === 0) return all && 0;
      const alone = sink.shares ? undefined : all - (before[name] ?? 0);
      return schedule.counts[name] ?? alone;
    };
    const report = (): FpgaReport => {
      const [delivered, late] = [counted('delivered'), counted('late')];
      return {
        sent: schedule.sent,
        ...(delivered !== undefined && { delivered }),
        ...(late !== undefined && { late }),
        dropped: (counted('dropped') ?? 0) + schedule.dropped,
        ...(slips > 0 && { slips, slipped }),
      };
    };
    let last: number | undefined;
    return {
      demand,
      next(packet) {
        packet = soundPacket(packet, inputWords === undefined ? 'chipWords' : 'channels');
        checkOrder(packet, last);
        schedule.add(
          inputWords === undefined
            ? (packet as AerPacket<ChipWordSpace>)
            : routeEvents(packet as AerPacket<ChannelSpace>, inputWords, space),
        );
        last = packet.timestamps.at(-1) ?? last;
        if (schedule.waiting > most) demand.set(false);
        subscriber.next(report());
      },
      complete() {
        schedule.mark((last ?? 0) + 1, () => {
          subscriber.next(report());
          subscriber.complete();
        });
      },
    };
  });
}
