/** The clock of a board as the host knows it: offset and drift, from repeated questions. */

/** A board's clock. */
export interface BoardClock {
  /** Whether the board has answered yet. */
  readonly known: boolean;
  /** Takes an answer: host time of question and answer, milliseconds, and the board's time, unwrapped microseconds. */
  answer(asked: number, heard: number, board: number): void;
  /** Board time at a host time, microseconds; never goes back, and never jumps once the board is known. */
  at(host: number): number;
}

/** Answers that are kept: at four a second, those of the last 16 s. */
const kept = 64;

/** Drifts beyond this are no drifts but bad answers: quartz is better than 1 in 1000. */
const mostDrift = 1e-3;

/** Milliseconds over which a correction is spread, so that no time is left out or told twice. */
const glide = 1000;

/** Corrections that are too large to be spread, microseconds: they come of a first answer that took very long. */
const mostGlide = (glide * 1000) / 4;

/** An answer: what the board's clock showed between question and answer. */
interface Answer {
  /** Middle between question and answer, host time. */
  readonly host: number;
  readonly board: number;
  /** How long it took. */
  readonly trip: number;
}

/** A line through answers: board time `board` at host time `host`, and microseconds for each millisecond. */
interface Line {
  readonly host: number;
  readonly board: number;
  readonly rate: number;
}

const at = ({ host, board, rate }: Line, time: number): number => board + (time - host) * rate;

/** Trips in the order of their length; used again, since a board is asked four times a second for days. */
const trips = new Float64Array(kept);

/** Least squares, by Gauss, of those answers that were quick: half of them, or all that are as quick as the quickest. */
function lineThrough(answers: readonly Answer[]): Line {
  const all = answers.length;
  for (let i = 0; i < all; i++) trips[i] = answers[i]!.trip;
  trips.subarray(0, all).sort();
  const limit = Math.max(trips[(all - 1) >> 1]!, 2 * trips[0]!);
  const bearable = Math.min(limit, trips[0]! + 0.5);
  let [count, hosts, boards] = [0, 0, 0];
  let [first, last] = [Number.NaN, Number.NaN];
  for (let i = 0; i < all; i++) {
    const { host: at, trip } = answers[i]!;
    if (trip > bearable) continue;
    if (count++ === 0) first = at;
    last = at;
    hosts += at;
  }
  const host = hosts / count;
  for (let i = 0; i < all; i++) {
    const each = answers[i]!;
    if (each.trip <= bearable) boards += each.board - (each.host - host) * 1000;
  }
  const board = boards / count;
  let [over, under] = [0, 0];
  for (let i = 0; i < all; i++) {
    const each = answers[i]!;
    if (each.trip > bearable) continue;
    over += (each.host - host) * (each.board - (each.host - host) * 1000 - board);
    under += (each.host - host) ** 2;
  }
  // Less than a second tells more of jitter than of drift.
  const drift = last - first < 1000 ? 0 : over / under / 1000;
  return { host, board, rate: 1000 * (1 + Math.max(-mostDrift, Math.min(mostDrift, drift))) };
}

/**
 * Follows a board's clock. The board reads it somewhere between question and answer: it is taken to be the middle, which
 * is wrong by half of the time that passed at most. So those that were quick tell most: a line is laid through them, and
 * the slow ones, of a host that was busy, count for nothing. A new line is gone over to bit by bit.
 */
export function boardClock(): BoardClock {
  const answers: Answer[] = [];
  let line: Line | undefined;
  /** By how much the line was left behind when it was laid, and when that was. */
  let behind = 0;
  let laid = 0;
  const told = (host: number): number => {
    const left = 1 - (host - laid) / glide;
    return at(line!, host) + (left > 0 ? behind * Math.min(1, left) : 0);
  };
  return {
    get known() {
      return line !== undefined;
    },
    answer(asked, heard, board) {
      answers.push({ host: (asked + heard) / 2, board, trip: heard - asked });
      if (answers.length > kept) answers.shift();
      const before = line === undefined ? undefined : told(heard);
      line = lineThrough(answers);
      behind = before === undefined ? 0 : before - at(line, heard);
      if (Math.abs(behind) > mostGlide) behind = 0;
      laid = heard;
    },
    at: (host) => (line === undefined ? Number.NaN : told(host)),
  };
}
