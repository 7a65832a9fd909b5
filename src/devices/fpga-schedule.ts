/** A stream's own time brought onto the clock of a board. */
import type { Clock } from '../clock.ts';
import { DeviceError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { type ChipWordSpace, chipWords } from '../events/space.ts';
import { microseconds, type TickWidth } from '../events/ticks.ts';
import { type Check, oneOf } from '../options.ts';
import { boardClock } from './board-clock.ts';
import type { HardwareEvents, Link, SenderCounts } from './link.ts';
import { unwrapNear, wrapTime } from './wrap.ts';

/**
 * What becomes of a stream that has fallen behind the board, as a slow source or a busy host makes it: `follow` it, all
 * that comes from then on is later; `refuse` it; or `replace` the times of what is late by now, and keep all others.
 */
export type SlipPolicy = 'follow' | 'refuse' | 'replace';

/** What a policy must be. */
export const slipPolicies: Check = oneOf(['follow', 'refuse', 'replace']);

/** How a schedule behaves and whom it tells. */
export interface FpgaScheduleConfig {
  /** How long before its time an event is handed to the board, seconds. */
  readonly lookAhead: number;
  /** Clock of the host. */
  readonly clock: Clock;
  /** Bins of the stream, which begin where bins of the board do. */
  readonly grid?: TickWidth;
  /** Events that may wait on the host. */
  readonly capacity: number;
  /** What becomes of a stream that has fallen behind the board; it is followed if left out. */
  readonly policy?: SlipPolicy;
  /** Is told of each slip of a stream that is followed, with its size in microseconds. */
  slipped?(size: number): void;
  /** Takes what comes back: event words, in the time of the stream, microseconds; `until` is the last one's time. */
  output?(packet: AerPacket<ChipWordSpace>): void;
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
  /** What the board has counted of these events; what it cannot tell from those of others is absent. */
  readonly counts: Readonly<SenderCounts>;
  /** Takes events, times in the stream's microseconds, sorted; `arrived` is when they came, host time, if not now. */
  add(packet: AerPacket<ChipWordSpace>, arrived?: number): void;
  /** Calls back once everything before `time` has been emitted and its answers are in. */
  mark(time: number, reached: () => void, arrived?: number): void;
  /** Forgets everything and listens no more. */
  stop(): void;
}

/** How long to wait for an answer before asking again, milliseconds: questions may be lost. */
const askAgain = 50;

/** Milliseconds between two questions that follow the board's clock. */
const askEvery = 250;

/** How long a board may stay silent after a mark was due, milliseconds. */
const patience = 2000;

/** How long a stream may wait until its bins begin where bins of the board do, microseconds. */
const longestWait = 100_000;

/** How far a board without a clock runs at a stretch, microseconds: its times wrap, and half a period must not pass unheard. */
const longestStretch = 2 ** 30;

/** By how much a stream in real time may be ahead of the host's clock while the board is made ready, microseconds. */
const startUpJitter = 2000;

/** An answer that took longer, milliseconds, tells too little of a board's time to begin with, unless others do no better. */
const slowAnswer = 1;
const mostQuestions = 8;

/** Slips whose answers may still be on their way. */
const mostOffsets = 1000;

/** Milliseconds between two looks at the clock. */
const tickInterval = 1;

/** Events that wait for their time, or a mark between them. */
interface Waiting {
  readonly timestamps: Float64Array;
  readonly words: Uint32Array;
  next: number;
  /** Host time at which they came. */
  readonly arrived: number;
  /** Time of the mark, for one that holds no events. */
  readonly mark?: number;
}

/**
 * Starts a schedule on an open link: asks for the board's time, then hands over what is due.
 *
 * @throws DeviceError `disconnected` if the link is closed
 */
export function fpgaSchedule(link: Link, config: FpgaScheduleConfig): FpgaSchedule {
  const { clock, grid = { micros: 1, steps: 1 }, policy = 'follow' } = config;
  const lookAhead = microseconds(config.lookAhead);
  // What the host does not know of the board's clock, if the look-ahead has room for it.
  const margin = lookAhead >= 3000 ? 500 : 0;
  const ownClock = link.info.clock === 'board';
  const space = chipWords(link.info.family);
  const queue: Waiting[] = [];
  /** Marks, with the board's time of those that it was asked for. */
  const marks: { at: number | undefined; reached: () => void }[] = [];
  const board = boardClock();
  const counts: SenderCounts = {};
  let waiting = 0;
  let sent = 0;
  let dropped = 0;
  let stopped = false;
  let timer: { unsubscribe(): void } | undefined;
  /** Board time of the stream's zero: now, and from which board time on it has been which. */
  let offset: number | undefined;
  const offsets: { readonly from: number; readonly offset: number }[] = [];
  /** Board time that a board without a clock has told, and the one that it is asked for to get on. */
  let told = 0;
  let stretch: number | undefined;
  let questions = 0;
  const startedAt = clock.now();
  let askedAt = startedAt;
  let followedAt = startedAt;

  const fail = (cause: unknown): void => {
    if (stopped) return;
    stop();
    try {
      config.failed(cause);
    } catch {
      // Whoever was told has failed too; what it throws now has nobody to go to.
    }
  };
  /** Does what others have a hand in: what they throw ends this schedule, and nothing else. */
  const guard = (work: () => void): void => {
    try {
      work();
    } catch (cause) {
      fail(cause);
    }
  };
  const boardNow = (): number => board.at(clock.now());
  /** Time of the stream before which all came while the board was made ready: it is handed over at once. */
  let caughtUp = Number.NEGATIVE_INFINITY;
  const startOf = ({ mark, timestamps }: Waiting): number => mark ?? timestamps[0]!;
  /**
   * The time of the stream that comes first on the board. What came in real time while the board was made ready would stay
   * behind by that for ever: of such a stream it is the beginning of what came last.
   */
  const firstTime = (): number => {
    const [first, last] = [queue[0]!, queue.at(-1)!];
    if (!ownClock || policy !== 'follow') return startOf(first);
    const newest = queue.find(({ arrived }) => arrived === last.arrived)!;
    const passed = (last.arrived - first.arrived) * 1000;
    const went = startOf(newest) - startOf(first);
    if (!(went > 0 && went <= passed + startUpJitter)) return startOf(first);
    const bin = grid.steps === 1 ? grid.micros : 1;
    caughtUp = startOf(first) + Math.floor(went / bin) * bin;
    return caughtUp;
  };
  /** Board time of a time of the stream. */
  const dueAt = (time: number): number => Math.max(time, caughtUp) + offset!;
  const anchor = (): void => {
    const first = firstTime();
    // A board that follows the host stands still on its own grid until events come.
    const begin = ownClock ? boardNow() + lookAhead : told;
    const { micros, steps } = grid;
    if (steps > 1) {
      // Bins lie alike on stream and board where edges repeat; for that a board with a clock is kept waiting a moment.
      const period = ownClock && micros > longestWait ? 1 : micros;
      offset = Math.ceil((begin - first) / period) * period;
    } else offset = Math.floor((ownClock ? Math.ceil(begin / micros) * micros : begin) - first);
    offsets.push({ from: Number.NEGATIVE_INFINITY, offset });
  };
  /** Asks for the board's time, of now or of a mark. */
  const ask = (at?: number): void => {
    const asked = clock.now();
    const answer = at === undefined ? link.time() : link.time(wrapTime(at));
    answer.then(
      (time) =>
        guard(() => {
          if (stopped) return;
          if (at === undefined) {
            const first = !board.known;
            const now = clock.now();
            // Nothing has been given a time yet: an answer that took long is worth another question.
            if (first && now - asked > slowAnswer && questions++ < mostQuestions) {
              ask();
              return;
            }
            board.answer(asked, now, first ? time : unwrapNear(time, boardNow()));
            if (first) told = time;
            if (first && queue.length > 0) wake(0);
          }
          if (at !== undefined) reach(at);
          if (at === stretch) stretch = undefined;
        }),
      fail,
    );
  };
  /** Tells the marks up to `time`, board time. */
  const reach = (time: number): void => {
    told = Math.max(told, time);
    while (
      marks.length > 0 &&
      offset !== undefined &&
      (marks[0]!.at ?? Number.POSITIVE_INFINITY) <= time
    ) {
      marks.shift()!.reached();
    }
    if (!stopped && queue.length > 0) wake(0);
  };

  /** Sees to it that an event is not too late for the board. */
  const keepUp = (time: number): void => {
    const due = dueAt(time);
    const now = boardNow();
    if (due >= now + margin || lookAhead === 0 || policy === 'replace') return;
    const { micros, steps } = grid;
    const period = steps > 1 && micros > longestWait ? 1 : micros;
    const size = Math.ceil((now + lookAhead - due) / period) * period;
    if (policy === 'refuse') {
      throw new DeviceError(
        'timed-out',
        `the stream has fallen ${((now - due) / 1000).toFixed(3)} ms behind the board; let it be followed, or give it a larger lookAhead`,
      );
    }
    offset = offset! + size;
    offsets.push({ from: dueAt(time), offset });
    if (offsets.length > mostOffsets) offsets.splice(1, 1);
    config.slipped?.(size);
  };
  /** The stream's time of a board time. */
  const streamTime = (time: number): number => {
    let i = offsets.length - 1;
    while (i > 0 && offsets[i]!.from > time) i--;
    return time - offsets[i]!.offset;
  };
  /** Hands over what of `packet` is due by `horizon`, board time; whether that was all of it. */
  const sendDue = (packet: Waiting, horizon: number): boolean => {
    const { timestamps, words, next, mark } = packet;
    if (mark !== undefined) {
      const at = dueAt(mark);
      if (at > horizon) return false;
      marks.find((each) => each.at === undefined)!.at = at;
      ask(at);
      return true;
    }
    if (ownClock) keepUp(timestamps[next]!);
    let end = next;
    while (end < words.length && dueAt(timestamps[end]!) <= horizon) end++;
    if (end > next) {
      const due = new Uint32Array(end - next);
      for (let i = next; i < end; i++) due[i - next] = wrapTime(dueAt(timestamps[i]!));
      packet.next = end;
      waiting -= end - next;
      link.send({ timestamps: due, words: words.subarray(next, end) }, counts);
    }
    return end === words.length;
  };
  const pump = (): void => guard(work);
  const work = (): void => {
    timer = undefined;
    if (stopped) return;
    const silent = !board.known ? clock.now() - startedAt : overdue();
    if (silent > patience) {
      fail(
        new DeviceError(
          'timed-out',
          `the board has not answered for ${Math.round(silent)} ms; check that it is configured and powered`,
        ),
      );
      return;
    }
    if (silent > askAgain && clock.now() - askedAt > askAgain) {
      askedAt = clock.now();
      ask(board.known ? marks[0]!.at : undefined);
    }
    if (ownClock && board.known && clock.now() - followedAt > askEvery) {
      followedAt = clock.now();
      ask();
    }
    if (board.known && queue.length > 0) {
      if (offset === undefined) anchor();
      const horizon = ownClock ? boardNow() + lookAhead : told + longestStretch;
      while (queue.length > 0 && !stopped && sendDue(queue[0]!, horizon)) queue.shift();
      if (!ownClock && queue.length > 0 && stretch === undefined && !stopped) {
        stretch = horizon;
        ask(horizon);
      }
    }
    if (!board.known || queue.length > 0 || marks.length > 0) wake(tickInterval);
  };
  const wake = (delay: number): void => {
    if (!stopped) timer ??= clock.schedule(pump, delay);
  };
  /** Milliseconds since the oldest mark should have been reached. */
  const overdue = (): number => {
    const oldest = marks[0];
    if (oldest?.at === undefined || !ownClock) return 0;
    return (boardNow() - oldest.at) / 1000;
  };

  const receive = ({ timestamps, words }: HardwareEvents): void => {
    if (offset === undefined || words.length === 0) return;
    const times = new Float64Array(words.length);
    // Once the board's clock is known, no silence is too long to tell the time.
    const near = ownClock ? boardNow() : told;
    for (let i = 0; i < words.length; i++) {
      times[i] = streamTime(unwrapNear(timestamps[i]!, near));
    }
    config.output?.({ timestamps: times, addresses: words, space, until: times.at(-1)! });
    if (!stopped && queue.length > 0) wake(0);
  };
  const silence = link.listen({
    events(events) {
      try {
        receive(events);
      } catch (cause) {
        fail(cause);
      }
    },
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

  guard(() => {
    ask();
    wake(tickInterval);
  });
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
    add({ timestamps, addresses }, arrived = clock.now()) {
      if (addresses.length === 0) return;
      sent += addresses.length;
      const room = Math.max(0, config.capacity - waiting);
      const kept = Math.min(room, addresses.length);
      dropped += addresses.length - kept;
      if (kept === 0) return;
      waiting += kept;
      const words = addresses.subarray(0, kept);
      queue.push({ timestamps: timestamps.subarray(0, kept), words, next: 0, arrived });
      wake(0);
    },
    mark(time, reached, arrived = clock.now()) {
      marks.push({ at: undefined, reached });
      queue.push({ timestamps: noTimes, words: noWords, next: 0, arrived, mark: time });
      wake(0);
    },
    stop,
  };
}

const noTimes = new Float64Array(0);
const noWords = new Uint32Array(0);
