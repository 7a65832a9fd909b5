import { echoReply, echoWord } from '../chips/dynapse2/event.ts';
import type { Clock } from '../clock.ts';
import { DeviceError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { type ChipWordSpace, chipWords } from '../events/space.ts';
import type { HardwareEvents, Link } from './link.ts';
import { unwrapNear, unwrapper, wrapTime } from './wrap.ts';

/** How a schedule behaves and whom it tells. */
export interface FpgaScheduleConfig {
  /** How long before its time an event is handed to the board, seconds. */
  readonly lookAhead: number;
  /** Clock of the host. */
  readonly clock: Clock;
  /** Board time is entered on multiples of this, microseconds. */
  readonly grid?: number;
  /** Events that may wait on the host. */
  readonly capacity: number;
  /** Takes what comes back: event words, in the time of the stream, microseconds. */
  output?(packet: AerPacket<ChipWordSpace>): void;
  /** Learns that the board is gone or silent; nothing follows. */
  failed(cause: DeviceError): void;
}

/**
 * Brings a stream's own time onto the board's clock. Host time only decides when events are handed
 * over; when they are emitted is the board's matter, at the time each event carries.
 */
export interface FpgaSchedule {
  /** Events handed to the schedule so far. */
  readonly sent: number;
  /** Events that found no room on the host. */
  readonly dropped: number;
  /** Takes events; times in the stream's microseconds, sorted. */
  add(packet: AerPacket<ChipWordSpace>): void;
  /** Calls back once everything before `time` has been emitted and its answers are in. */
  mark(time: number, reached: () => void): void;
  /** Forgets everything and listens no more. */
  stop(): void;
}

/** Copies of each mark: a single event may be lost. */
const markCopies = 3;

/** How long to wait for an answer before asking again, milliseconds: questions may be lost too. */
const askAgain = 50;

/** How long a board may stay silent after a mark was due, milliseconds. */
const patience = 2000;

/** Milliseconds between two looks at the clock. */
const tickInterval = 1;

interface Waiting {
  readonly timestamps: Float64Array;
  readonly words: Uint32Array;
  next: number;
}

/** Starts a schedule on an open link: asks for the board's time, then hands over what is due. */
export function fpgaSchedule(link: Link, config: FpgaScheduleConfig): FpgaSchedule {
  const { clock, grid = 1 } = config;
  const lookAhead = config.lookAhead * 1e6;
  const { realTime } = link.info;
  const space = chipWords(link.info.family);
  const board = unwrapper();
  const queue: Waiting[] = [];
  const marks: { time: number; reached: () => void }[] = [];
  let waiting = 0;
  let sent = 0;
  let dropped = 0;
  let stopped = false;
  let timer: { unsubscribe(): void } | undefined;
  /** Board time and host time of the first echo, then the board time of the stream's zero. */
  let known: { board: number; host: number } | undefined;
  let offset: number | undefined;
  const startedAt = clock.now();
  let askedAt = startedAt;

  const fail = (cause: DeviceError): void => {
    if (stopped) return;
    stop();
    config.failed(cause);
  };
  const boardNow = (): number => known!.board + (clock.now() - known!.host) * 1000;
  const anchor = (first: number): void => {
    // A board that runs as fast as it can stands still on its own grid until events come.
    const begin = realTime ? Math.ceil((boardNow() + lookAhead) / grid) * grid : known!.board;
    offset = begin - first;
  };

  /** Sends the events of `packet` that are due by `horizon`, board time. */
  const sendDue = (packet: Waiting, horizon: number): void => {
    const { timestamps, words, next } = packet;
    let end = next;
    while (end < words.length && timestamps[end]! + offset! <= horizon) end++;
    if (end === next) return;
    const due = new Uint32Array(end - next);
    for (let i = next; i < end; i++) due[i - next] = wrapTime(timestamps[i]! + offset!);
    packet.next = end;
    waiting -= end - next;
    link.send({ timestamps: due, words: words.subarray(next, end) });
  };
  const pump = (): void => {
    timer = undefined;
    if (stopped) return;
    const silent = known === undefined ? clock.now() - startedAt : overdue();
    if (silent > patience) {
      fail(
        new DeviceError(
          'timed-out',
          `the board has not answered for ${Math.round(silent)} ms; check that it is configured and powered`,
        ),
      );
      return;
    }
    try {
      if (silent > askAgain && clock.now() - askedAt > askAgain) {
        askedAt = clock.now();
        link.echo();
      }
      if (known !== undefined && queue.length > 0) {
        if (offset === undefined) anchor(queue[0]!.timestamps[0]!);
        const horizon = realTime ? boardNow() + lookAhead : Number.POSITIVE_INFINITY;
        while (queue.length > 0 && !stopped) {
          sendDue(queue[0]!, horizon);
          if (queue[0]!.next < queue[0]!.words.length) break;
          queue.shift();
        }
      }
    } catch (cause) {
      fail(cause as DeviceError);
      return;
    }
    if (known === undefined || queue.length > 0 || marks.length > 0) wake(tickInterval);
  };
  const wake = (delay: number): void => {
    if (!stopped) timer ??= clock.schedule(pump, delay);
  };
  /** Milliseconds since the oldest mark should have come back. */
  const overdue = (): number => {
    const oldest = marks[0];
    if (oldest === undefined || offset === undefined || !realTime) return 0;
    return (boardNow() - (oldest.time + offset)) / 1000;
  };

  const receive = ({ timestamps, words }: HardwareEvents): void => {
    const times = new Float64Array(words.length);
    const passed = new Uint32Array(words.length);
    let count = 0;
    let latest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < words.length; i++) {
      // Once the board's clock is known, no silence is too long to tell the time.
      const time =
        known !== undefined && realTime
          ? unwrapNear(timestamps[i]!, boardNow())
          : board.unwrap(timestamps[i]!);
      if (words[i] === echoReply) {
        if (known === undefined) known = { board: time, host: clock.now() };
        else latest = Math.max(latest, time);
        continue;
      }
      if (offset === undefined) continue;
      times[count] = time - offset;
      passed[count++] = words[i]!;
    }
    if (count > 0) {
      config.output?.({
        timestamps: times.subarray(0, count),
        addresses: passed.subarray(0, count),
        space,
        until: times[count - 1]!,
      });
    }
    while (marks.length > 0 && offset !== undefined && marks[0]!.time + offset <= latest) {
      marks.shift()!.reached();
    }
    if (!stopped && queue.length > 0) wake(0);
  };
  const silence = link.listen({
    events: receive,
    closed: (cause) =>
      fail(
        new DeviceError('disconnected', 'the link was closed in mid-run; open the board again', {
          cause,
        }),
      ),
  });
  const stop = (): void => {
    stopped = true;
    timer?.unsubscribe();
    queue.length = 0;
    marks.length = 0;
    silence();
  };
  const enqueue = (timestamps: Float64Array, words: Uint32Array): void => {
    queue.push({ timestamps, words, next: 0 });
    waiting += words.length;
    wake(0);
  };

  link.echo();
  wake(tickInterval);
  return {
    get sent() {
      return sent;
    },
    get dropped() {
      return dropped;
    },
    add({ timestamps, addresses }) {
      if (addresses.length === 0) return;
      sent += addresses.length;
      const room = Math.max(0, config.capacity - waiting);
      const kept = Math.min(room, addresses.length);
      dropped += addresses.length - kept;
      if (kept > 0) enqueue(timestamps.subarray(0, kept), addresses.subarray(0, kept));
    },
    mark(time, reached) {
      marks.push({ time, reached });
      enqueue(new Float64Array(markCopies).fill(time), new Uint32Array(markCopies).fill(echoWord));
    },
    stop,
  };
}
