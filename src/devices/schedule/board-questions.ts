/** The questions a schedule asks a board: what time it is, and whether a time has come. */
import type { Clock } from '../../clock.ts';
import { DeviceError } from '../../errors.ts';
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

/** A place in time that is waited for. */
interface Mark {
  /** Board time, once it has been asked for. */
  at: number | undefined;
  readonly reached: () => void;
}

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

/** What is asked of a link that may throw at once. */
async function attempt(question: () => Promise<number>): Promise<number> {
  return question();
}

/** Begins to ask a board. */
export function boardQuestions(link: Link, config: QuestionsConfig): BoardQuestions {
  const { clock, failed } = config;
  const ownClock = link.info.clock === 'board';
  const board = boardClock();
  const marks: Mark[] = [];
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
  const answered = (work: (time: number) => void) => (time: number) => {
    if (stopped) return;
    try {
      work(time);
    } catch (cause) {
      failed(cause);
    }
  };
  const refused = (cause: unknown): void => {
    if (!stopped) failed(cause);
  };
  const askTime = (): void => {
    const asked = clock.now();
    followedAt = asked;
    const hear = answered((time) => {
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
    });
    attempt(() => link.time()).then(hear, refused);
  };
  const ask = (at: number): void => {
    const hear = answered(() => {
      told = Math.max(told, at);
      while (marks.length > 0 && (marks[0]!.at ?? Number.POSITIVE_INFINITY) <= at) {
        marks.shift()!.reached();
      }
      if (!stopped) config.came();
    });
    attempt(() => link.time(wrapTime(at))).then(hear, refused);
  };
  /** Milliseconds for which the board should have answered. */
  const silence = (): number => {
    if (!board.known) return clock.now() - startedAt;
    const oldest = marks[0]?.at;
    return oldest === undefined || !ownClock ? 0 : (now() - oldest) / 1000;
  };
  askTime();
  return {
    board,
    now,
    get waiting() {
      return marks.length > 0;
    },
    mark: (reached) => void marks.push({ at: undefined, reached }),
    askMark(at) {
      marks.find((each) => each.at === undefined)!.at = at;
      ask(at);
    },
    ask,
    look() {
      const passed = clock.now() - lookedAt;
      lookedAt = clock.now();
      // After a stall of the host answers may wait to be heard: it counts for no more than a pause between two looks.
      const awake = silentFor + Math.min(passed, 2 * askAgain);
      silentFor = Math.max(0, Math.min(silence(), awake));
      const silent = silentFor;
      if (silent > patience) {
        throw new DeviceError(
          'timed-out',
          `the board has not answered for ${Math.round(silent)} ms; check that it is configured and powered`,
        );
      }
      if (silent > askAgain && clock.now() - askedAt > askAgain) {
        askedAt = clock.now();
        if (board.known) ask(marks[0]!.at!);
        else askTime();
      }
      if (ownClock && board.known && clock.now() - followedAt > askEvery) askTime();
    },
    get nextLook() {
      if (!board.known) return askAgain;
      if (!ownClock) return Number.POSITIVE_INFINITY;
      return Math.min(
        marks.length > 0 ? askAgain : Number.POSITIVE_INFINITY,
        Math.max(1, followedAt + askEvery + 1 - clock.now()),
      );
    },
    stop() {
      stopped = true;
      marks.length = 0;
    },
  };
}
