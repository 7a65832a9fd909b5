/** A stream's own time brought onto the clock of a board. */
import type { Clock } from '../clock.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { reals, wholes } from '../events/blocks.ts';
import { type ChipWordSpace, chipWords } from '../events/space.ts';
import { queue } from '../queue.ts';
import type { HardwareEvents, Link, SenderCounts } from './link.ts';
import { boardQuestions } from './schedule/board-questions.ts';
import { scheduleEnd } from './schedule/schedule-end.ts';
import { type Arrival, type StreamClockConfig, streamClock } from './schedule/stream-clock.ts';
import { unwrapNear, wrapTime } from './wrap.ts';

/** How a schedule behaves and whom it tells. */
export interface FpgaScheduleConfig extends StreamClockConfig {
  /** Clock of the host. */
  readonly clock: Clock;
  /** Events that may wait on the host. */
  readonly capacity: number;
  /** Takes what comes back: event words, in the time of the stream, microseconds; `until` is the last one's time. */
  output?(packet: AerPacket<ChipWordSpace>): void;
  /** Is told whenever events have been handed to the board. */
  handed?(): void;
  /** Learns that the board is gone or silent, or what a callback threw; nothing follows. */
  failed(cause: unknown): void;
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
  /** Events handed to the board so far. */
  readonly handed: number;
  /** Events that wait on the host. */
  readonly waiting: number;
  /** What the board has counted of these events; what it cannot tell from those of others is absent. */
  readonly counts: Readonly<SenderCounts>;
  /** Whether a time of the stream is so near that what has it need not be kept back. */
  isDue(time: number): boolean;
  /** Says where a bin of the stream begins, before anything else; where its first event does, if left out. */
  begin(time: number): void;
  /**
   * Takes events, times in the stream's microseconds, sorted; `arrived` is when they came, host time, if not now; `start` the
   * time of the stream with which that began which came, if before the first event.
   */
  add(packet: AerPacket<ChipWordSpace>, arrived?: number, start?: number): void;
  /** Time of the stream at a board time, wrapped at 2^32; undefined until the stream lies on the board's clock. */
  streamTime(board: number): number | undefined;
  /** Calls back once everything before `time` has been emitted and its answers are in. */
  mark(time: number, reached: () => void, arrived?: number): void;
  /** Forgets everything and listens no more. */
  stop(): void;
}

/** How far a board without a clock runs at a stretch, microseconds: its times wrap, and half a period must not pass unheard. */
const longestStretch = 2 ** 30;

/** Milliseconds from handing events over to the next ones, of a stream that has many: a quarter of the look-ahead, if it is short. */
const [leastPause, pauseOfMany] = [1e-3, 1];

/** Events that wait for their time, or a mark between them. */
interface Waiting extends Arrival {
  readonly timestamps: Float64Array;
  readonly words: Uint32Array;
  next: number;
  /** Whether it is a mark, and holds no events. */
  readonly isMark: boolean;
}

/**
 * Starts a schedule on an open link: asks for the board's time, then hands over what is due.
 *
 * @throws DeviceError `disconnected` if the link is closed
 */
export function fpgaSchedule(link: Link, config: FpgaScheduleConfig): FpgaSchedule {
  const { clock } = config;
  const ownClock = link.info.clock === 'board';
  const space = chipWords(link.info.family);
  const pending = queue<Waiting>();
  const counts: SenderCounts = {};
  let waiting = 0;
  let sent = 0;
  let dropped = 0;
  let timer: { unsubscribe(): void } | undefined;
  /** When the timer is due; host time. */
  let timerAt = Number.POSITIVE_INFINITY;
  /** Time that a board without a clock is asked for to get on. */
  let stretch: number | undefined;
  let working = false;

  /** Hands over what of `packet` is due by `horizon`, board time; whether that was all of it. */
  const sendDue = (packet: Waiting, horizon: number): boolean => {
    const { timestamps, words, next } = packet;
    if (packet.isMark) {
      const at = stream.boardTime(packet.start);
      if (at > horizon) return false;
      questions.askMark(at);
      return true;
    }
    stream.keepUp(timestamps[next]!, packet.arrived);
    let end = next;
    while (end < words.length && stream.boardTime(timestamps[end]!) <= horizon) end++;
    if (end > next) {
      const due = wholes(end - next);
      for (let i = next; i < end; i++) due[i - next] = wrapTime(stream.boardTime(timestamps[i]!));
      stream.handed(stream.boardTime(timestamps[end - 1]!));
      packet.next = end;
      waiting -= end - next;
      const all = end - next === words.length;
      link.send({ timestamps: due, words: all ? words : words.subarray(next, end) }, counts);
      config.handed?.();
    }
    return end === words.length;
  };
  const work = (): void => {
    questions.look();
    if (questions.board.known && pending.size > 0) {
      if (!stream.known) stream.lay(pending);
      const horizon = questions.now() + (ownClock ? stream.lookAhead : longestStretch);
      while (pending.size > 0 && !ending.over && sendDue(pending.first!, horizon)) pending.shift();
      if (!ownClock && pending.size > 0 && stretch === undefined && !ending.over) {
        stretch = horizon;
        questions.ask(horizon);
      }
      if (ownClock && pending.size > 0 && !ending.over) wake(dueIn(pending.first!, horizon));
    }
    if (pending.size > 0 || questions.waiting || !questions.board.known) wake(questions.nextLook);
  };
  /** Milliseconds until something is to be handed over. */
  const dueIn = ({ isMark, start, timestamps, next }: Waiting, horizon: number): number =>
    Math.max(pauseLength, (stream.boardTime(isMark ? start : timestamps[next]!) - horizon) / 1000);
  const pump = (): void => {
    if (ending.over) return;
    if (working) {
      wake(0);
      return;
    }
    working = true;
    ending.guard(work);
    working = false;
  };
  const ring = (): void => {
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
    pump();
  };
  const wake = (delay: number): void => {
    if (ending.over || delay === Number.POSITIVE_INFINITY) return;
    const at = clock.now() + delay;
    if (at > timerAt - leastPause) return;
    timer?.unsubscribe();
    timerAt = at;
    timer = clock.schedule(ring, delay);
  };
  /** Hands over what has come: in the same turn if the board waits for it. */
  const came = (): void => {
    if (ownClock && stream.known) pump();
    else wake(0);
  };

  const receive = ({ timestamps, words }: HardwareEvents): void => {
    if (!stream.known || words.length === 0) return;
    const times = reals(words.length);
    // Once the board's clock is known, no silence is too long to tell the time.
    const near = questions.now();
    for (let i = 0; i < words.length; i++) {
      times[i] = stream.streamTime(unwrapNear(timestamps[i]!, near));
    }
    config.output?.({ timestamps: times, addresses: words, space, until: times.at(-1)! });
    if (!ending.over && pending.size > 0 && !ownClock) wake(0);
  };
  const ending = scheduleEnd(link, {
    received: receive,
    ended() {
      timer?.unsubscribe();
      pending.clear();
      questions.stop();
    },
    failed: (cause) => config.failed(cause),
  });
  const questions = boardQuestions(link, {
    clock,
    known: () => wake(0),
    came() {
      if (stretch !== undefined && questions.now() >= stretch) stretch = undefined;
      // What waits for a board with a clock of its own has its alarm.
      if (pending.size > 0 && !ownClock) wake(0);
    },
    failed: ending.fail,
  });
  const stream = streamClock(link, questions, config);
  const pauseLength = Math.max(leastPause, Math.min(pauseOfMany, stream.lookAhead / 4000));
  wake(questions.nextLook);
  return {
    counts,
    get sent() {
      return sent;
    },
    get dropped() {
      return dropped;
    },
    get handed() {
      return sent - dropped - waiting;
    },
    get waiting() {
      return waiting;
    },
    isDue: (time) => ownClock && stream.known && stream.isDue(time),
    begin: (time) => stream.begin(time),
    add({ timestamps, addresses }, arrived = clock.now(), start = timestamps[0]!) {
      if (addresses.length === 0 || ending.over) return;
      sent += addresses.length;
      const room = Math.max(0, config.capacity - waiting);
      const kept = Math.min(room, addresses.length);
      dropped += addresses.length - kept;
      if (kept === 0) return;
      if (stream.known && ownClock) {
        // What is due goes first: it need not catch up.
        if (pending.size > 0) pump();
        ending.guard(stream.catchUp, start, arrived);
        if (ending.over) return;
      }
      waiting += kept;
      const all = kept === addresses.length;
      pending.push({
        timestamps: all ? timestamps : timestamps.subarray(0, kept),
        words: all ? addresses : addresses.subarray(0, kept),
        next: 0,
        arrived,
        start,
        isMark: false,
      });
      came();
    },
    streamTime: (board) =>
      stream.known ? stream.streamTime(unwrapNear(board, questions.now())) : undefined,
    mark(time, reached, arrived = clock.now()) {
      if (ending.over) return;
      questions.mark(reached);
      const [timestamps, words] = [noTimes, noWords];
      pending.push({ timestamps, words, next: 0, arrived, start: time, isMark: true });
      came();
    },
    stop: ending.stop,
  };
}

const noTimes = reals(0);
const noWords = wholes(0);
