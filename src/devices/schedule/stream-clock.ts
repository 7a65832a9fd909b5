/** Lays a stream onto a board's clock, and keeps it where its look-ahead wants it. */
import { DeviceError } from '../../errors.ts';
import { microseconds, type TickWidth } from '../../events/ticks.ts';
import { type Check, oneOf } from '../../options.ts';
import type { Queue } from '../../queue.ts';
import type { Link } from '../link.ts';
import { wrapTime } from '../wrap.ts';
import type { BoardQuestions } from './board-questions.ts';
import { lateWatch } from './late-watch.ts';
import { leadWatch } from './lead-watch.ts';
import { streamOffsets } from './stream-offsets.ts';

/**
 * What becomes of a stream that has fallen behind the board, as a slow source or a busy host makes it: `follow` it, all
 * that comes from then on is later, until it has caught up; `refuse` it; or `replace` the times of what is late by now,
 * and keep all others.
 */
export type SlipPolicy = 'follow' | 'refuse' | 'replace';

/** What a policy must be. */
export const slipPolicies: Check = oneOf(['follow', 'refuse', 'replace']);

/**
 * When events are emitted and spikes handed out: `scheduled`, each event `lookAhead` after it came, with the distances that
 * the stream has, and the spikes of an input when its time is over; or `immediate`, both as they come.
 */
export type ScheduleMode = 'scheduled' | 'immediate';

/** What a mode must be. */
export const scheduleModes: Check = oneOf(['scheduled', 'immediate']);

/** How a stream is laid onto a board's clock. */
export interface StreamClockConfig {
  /** How long before its time an event is handed to the board, seconds. */
  readonly lookAhead: number;
  /** Bins of the stream, which begin where bins of the board do. */
  readonly grid?: TickWidth;
  /** What becomes of a stream that has fallen behind the board; it is followed if left out. */
  readonly policy?: SlipPolicy;
  /** Whether the stream waits for the board by itself, so that it comes early by choice; it does not if left out. */
  waits?(): boolean;
  /**
   * Is told of each slip of a stream that is followed, with its size in microseconds: how much later all is from then on, or,
   * below 0, how much earlier.
   */
  slipped?(size: number): void;
}

/** A piece of a stream that has come. */
export interface Arrival {
  /** Time of the stream with which it begins. */
  readonly start: number;
  /** Host time at which it came, milliseconds. */
  readonly arrived: number;
}

/** A stream on the clock of a board. */
export interface StreamClock {
  /** Whether the stream has been laid onto the board's clock yet. */
  readonly known: boolean;
  /** How long before its time an event is handed to the board, microseconds. */
  readonly lookAhead: number;
  /** Says where a bin of the stream begins; where its first event does, if nobody says. */
  begin(time: number): void;
  /** Lays the stream onto the board's clock, by what has come of it. */
  lay(came: Pick<Queue<Arrival>, 'size' | 'at'>): void;
  /**
   * Sees to it that an event, which arrived at a host time, is not too late for the board.
   *
   * @throws DeviceError `timed-out` if it is, and such a stream is refused
   */
  keepUp(time: number, arrived: number): void;
  /**
   * Brings a stream forward that comes earlier than its look-ahead asks for: nothing that queued once stays for ever. After a
   * stall of the host that is at once, with the first event that comes in time.
   */
  catchUp(time: number, arrived: number): void;
  /** Learns the board time of the last event that has been handed to the board: none goes before it. */
  handed(board: number): void;
  /** Whether a time of the stream is to be handed to the board by now, or would be if the stream were back where it belongs. */
  isDue(time: number): boolean;
  /** Board time of a stream time that has not happened yet, microseconds. */
  boardTime(time: number): number;
  /** Stream time of a board time, microseconds. */
  streamTime(board: number): number;
}

/** Coming forward by less is not worth a slip, if it is not all, microseconds. */
const worthwhile = 100;

/** What comes in time is due so soon that nobody need keep it back, microseconds. */
const dueSoon = 5000;

/** How long a stream may wait until its bins begin where bins of the board do, microseconds. */
const longestWait = 100_000;

/** By how much a stream in real time may be ahead of the host's clock while the board is made ready, microseconds. */
const startUpJitter = 2000;

/** Begins with a stream that has not been laid onto the board's clock. */
export function streamClock(
  link: Link,
  questions: BoardQuestions,
  config: StreamClockConfig,
): StreamClock {
  const { grid = { micros: 1, steps: 1 }, policy = 'follow', waits = () => false } = config;
  const { micros, steps } = grid;
  const lookAhead = microseconds(config.lookAhead);
  // What the host does not know of the board's clock, if the look-ahead has room for it.
  const margin = lookAhead >= 3000 ? 500 : 0;
  const ownClock = link.info.clock === 'board';
  /** Whether the board lays its steps where the stream has its bins; else the stream must begin where a step does. */
  const aligns = ownClock && link.align !== undefined && steps === 1;
  // Edges of bins repeat after this; for more than a moment no board with a clock is kept waiting.
  const period = aligns || (steps > 1 && ownClock && micros > longestWait) ? 1 : micros;
  const offsets = streamOffsets();
  const lead = leadWatch(lookAhead);
  const late = lateWatch();
  /** Where the stream lay before the host stalled, if it has not come back yet. */
  let home: number | undefined;
  /** Board time of the last event that has been handed over. */
  let last = Number.NEGATIVE_INFINITY;
  /** Where a bin of the stream begins. */
  let edge: number | undefined;

  /** The edge at or before a time, of bins of whole microseconds; the time itself of others. */
  const edgeOf = (time: number): number => {
    if (steps > 1) return time;
    edge ??= time;
    return edge + Math.floor((time - edge) / micros) * micros;
  };
  /** Lets a step of the board begin where a bin of the stream does, as it lies by now. */
  const alignBoard = (time: number): void => {
    if (aligns && micros > 1) link.align!(wrapTime(edgeOf(time) + offsets.offset));
  };
  /**
   * The time of the stream that comes first on the board. What came in real time while the board was made ready would stay
   * behind by that for ever: of such a stream it is the beginning of what came last.
   */
  const firstTime: (...came: Parameters<StreamClock['lay']>) => number = (came) => {
    const [first, last] = [came.at(0)!, came.at(came.size - 1)!];
    if (!ownClock || policy !== 'follow' || waits()) return first.start;
    let i = came.size - 1;
    while (i > 0 && came.at(i - 1)!.arrived === last.arrived) i--;
    const newest = came.at(i)!;
    const passed = (last.arrived - first.arrived) * 1000;
    const went = newest.start - first.start;
    return went > 0 && went <= passed + startUpJitter ? newest.start : first.start;
  };
  const slip = (time: number, size: number): void => {
    offsets.slip(offsets.offset + size, time, edgeOf(time));
    alignBoard(time);
    config.slipped?.(size);
  };
  /** Brings the stream forward by so much, or less for now if an event of a time would go before what has been handed over. */
  const comeForward = (time: number, size: number): void => {
    const possible = Math.min(size, offsets.offset + time - last);
    const forward = Math.floor(possible / period) * period;
    if (forward < Math.min(size, Math.max(period, worthwhile))) return;
    // What waits on the host is handed over as soon as it would be if it came now.
    const soonest = Math.ceil(questions.now() + lookAhead) - (offsets.offset - forward);
    slip(Math.min(time, soonest), -forward);
  };
  /** Takes where the stream lies by now for the place where it belongs. */
  const settle = (): void => {
    home = undefined;
    late.forget();
  };
  return {
    get known() {
      return offsets.known;
    },
    lookAhead,
    begin(time) {
      edge = time;
    },
    lay(came) {
      const oldest = came.at(0)!.start;
      edge ??= oldest;
      const first = firstTime(came);
      const caughtUp = first > oldest ? first : undefined;
      // A board that follows the host stands still on its own grid until events come.
      const begin = questions.now() + (ownClock ? lookAhead : 0);
      if (aligns) offsets.lay(Math.ceil(begin - first), caughtUp);
      else if (steps > 1) {
        // Bins lie alike on stream and board where edges repeat.
        offsets.lay(Math.ceil((begin - first) / period) * period, caughtUp);
      } else {
        const start = ownClock ? Math.ceil(begin / micros) * micros : begin;
        offsets.lay(Math.floor(start - edgeOf(first)), caughtUp);
      }
      alignBoard(first);
    },
    keepUp(time, arrived) {
      if (!ownClock || lookAhead === 0 || policy === 'replace') return;
      const due = offsets.boardTime(time);
      const now = questions.now();
      if (due >= now + margin) return;
      if (policy === 'refuse') {
        throw new DeviceError(
          'timed-out',
          `the stream has fallen ${((now - due) / 1000).toFixed(3)} ms behind the board; let it be followed, or give it a larger lookAhead`,
        );
      }
      // Who came in time and is handed over late has waited for the host.
      if (
        late.mostlyInTime ||
        time + offsets.offset - questions.board.at(arrived) >= lookAhead / 2
      ) {
        home ??= offsets.offset;
      } else {
        settle();
        lead.slipped();
      }
      slip(time, Math.ceil((now + lookAhead - due) / period) * period);
    },
    catchUp(time, arrived) {
      if (!ownClock || policy !== 'follow' || lookAhead === 0 || waits()) return;
      const ahead = time - questions.board.at(arrived);
      const inTime = ahead + (home ?? offsets.offset) >= lookAhead / 2;
      late.came(inTime, arrived);
      if (home !== undefined) {
        // What came in time may have waited on the host since.
        if (time + home - questions.now() >= lookAhead / 2) {
          comeForward(time, offsets.offset - home);
          if (offsets.offset > home) return;
          home = undefined;
        } else if (late.mostlyInTime) return;
        else {
          settle();
          lead.slipped();
        }
      }
      const early = lead.came(ahead, offsets.offset, arrived);
      if (early < period) return;
      comeForward(time, early);
      settle();
    },
    handed(board) {
      last = board;
    },
    isDue: (time) => time + (home ?? offsets.offset) <= questions.now() + lookAhead + dueSoon,
    boardTime: (time) => offsets.boardTime(time),
    streamTime: (board) => offsets.streamTime(board),
  };
}
