/** The questions a schedule asks a board: what time it is, and whether a time has come. */
import type { Clock } from '../../clock.ts';
import { DeviceError } from '../../errors.ts';
import { queue } from '../../queue.ts';
import { type BoardClock, boardClock } from '../board-clock.ts';
import type { Link } from '../link.ts';
import { unwrapNear, wrapTime } from '../wrap.ts';

/** How long to wait for an answer before asking again, milliseconds: questions may be lost. */
const askAgain = 50;

/** Milliseconds between two questions that follow the board's clock. */
const askEvery = 250;

/** How long a board may stay silent after a mark was due, milliseconds. */
const patience = 2000;

/** An answer that took longer, milliseconds, tells too little of a board's time to begin with, unless others do no better. */
const slowAnswer = 1;
const mostQuestions = 8;

/** Whoever asks. */
export interface QuestionsConfig {
  readonly clock: Clock;
  /** Learns that the board's time is known for the first time. */
  known(): void;
  /** Learns that the board has come to a time that it was asked for, once the marks of that have been told. */
  came(): void;
  /** Learns that the board has failed. */
  failed(cause: unknown): void;
}

/** What has been asked of a board. */
export interface BoardQuestions {
  /** The board's clock. */
  readonly board: BoardClock;
  /** Board time of now as far as it is known, unwrapped microseconds; of a board with the host's clock, how far it has come. */
  now(): number;
  /** Whether marks wait. */
  readonly waiting: boolean;
  /** Adds a mark whose time is not known yet; they are told in the order in which they came. */
  mark(reached: () => void): void;
  /** Asks the board for the time of the oldest mark that has none. */
  askMark(at: number): void;
  /** Asks for a time that nobody waits for, so that a board with the host's clock gets there. */
  ask(at: number): void;
  /** Asks again what was not answered, and for the time if it is time to; throws if the board has been silent for too long. */
  look(): void;
  /** Milliseconds until there is something to look at; infinite if there is nothing. */
  readonly nextLook: number;
  /** Forgets everything. */
  stop(): void;
}

/** Begins to ask a board. */
export function boardQuestions(link: Link, config: QuestionsConfig): BoardQuestions {
  const { clock } = config;
  const ownClock = link.info.clock === 'board';
  const board = boardClock();
  /** Who is told at each mark, oldest first, and the board times of those that have been asked for, which are the first. */
  const marks = queue<() => void>();
  const times = queue<number>();
  let stopped = false;
  /** Board time that a board without a clock has told. */
  let told = 0;
  let questions = 0;
  const startedAt = clock.now();
  let askedAt = startedAt;
  /** When it was looked last, and for how long the board has been silent while the host was awake to hear it. */
  let lookedAt = startedAt;
  let silentFor = 0;
  let followedAt = startedAt;

  const now = (): number => (ownClock ? board.at(clock.now()) : told);
  const failed = (cause: unknown): void => {
    if (!stopped) config.failed(cause);
  };
  const hearTime = (asked: number, time: number): void => {
    const heard = clock.now();
    const first = !board.known;
    // Nothing has been given a time yet: an answer that took long is worth another question.
    if (first && heard - asked > slowAnswer && questions++ < mostQuestions) {
      askTime();
      return;
    }
    board.answer(asked, heard, first ? time : unwrapNear(time, board.at(heard)));
    if (!first) return;
    told = time;
    config.known();
  };
  const askTime = (): void => {
    const asked = clock.now();
    followedAt = asked;
    timeOf(link)
      .then((time) => {
        if (!stopped) hearTime(asked, time);
      })
      .catch(failed);
  };
  /** Learns that the board has come to a time that it was asked for. */
  const reached = (at: number): void => {
    told = Math.max(told, at);
    while (times.size > 0 && times.first! <= at) {
      times.shift();
      marks.shift()!();
    }
    if (!stopped) config.came();
  };
  /** The same of a link that calls back, with the time as it was asked. */
  const hearReached = (wrapped: number): void => {
    if (stopped) return;
    try {
      reached(unwrapNear(wrapped, now()));
    } catch (cause) {
      failed(cause);
    }
  };
  const ask = (at: number): void => {
    const wrapped = wrapTime(at);
    if (link.whenReached === undefined) {
      timeOf(link, wrapped)
        .then(() => {
          if (!stopped) reached(at);
        })
        .catch(failed);
      return;
    }
    try {
      link.whenReached(wrapped, hearReached);
    } catch (cause) {
      failed(cause);
    }
  };
  /** Milliseconds for which the board should have answered. */
  const silence = (host: number): number => {
    if (!board.known) return host - startedAt;
    return times.size === 0 || !ownClock ? 0 : (board.at(host) - times.first!) / 1000;
  };
  askTime();
  return {
    board,
    now,
    get waiting() {
      return marks.size > 0;
    },
    mark: marks.push,
    askMark(at) {
      times.push(at);
      ask(at);
    },
    ask,
    look() {
      const host = clock.now();
      // After a stall of the host answers may wait to be heard: it counts for no more than a pause between two looks.
      const awake = silentFor + Math.min(host - lookedAt, 2 * askAgain);
      lookedAt = host;
      silentFor = Math.max(0, Math.min(silence(host), awake));
      if (silentFor > patience) {
        throw new DeviceError(
          'timed-out',
          `the board has not answered for ${Math.round(silentFor)} ms; check that it is configured and powered`,
        );
      }
      if (silentFor > askAgain && host - askedAt > askAgain) {
        askedAt = host;
        if (board.known) ask(times.first!);
        else askTime();
      }
      if (ownClock && board.known && host - followedAt > askEvery) askTime();
    },
    get nextLook() {
      if (!board.known) return askAgain;
      if (!ownClock) return Number.POSITIVE_INFINITY;
      return Math.min(
        marks.size > 0 ? askAgain : Number.POSITIVE_INFINITY,
        Math.max(1, followedAt + askEvery + 1 - clock.now()),
      );
    },
    stop() {
      stopped = true;
      marks.clear();
      times.clear();
    },
  };
}

/** Asks a link that may throw at once. */
async function timeOf(link: Link, at?: number): Promise<number> {
  return link.time(at);
}
