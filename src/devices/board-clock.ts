/** The clock of a board as the host knows it: offset and drift, from repeated questions. */

/** A board's clock. */
export interface BoardClock {
  /** Whether the board has answered yet. */
  readonly known: boolean;
  /** Takes an answer: host time of question and answer, milliseconds, and the board's time, unwrapped microseconds. */
  answer(asked: number, answered: number, board: number): void;
  /** Board time at a host time, microseconds. */
  at(host: number): number;
}

/** Answers that are kept: at four a second, those of the last 16 s. */
const kept = 64;

/** Drifts beyond this are no drifts but bad answers: quartz is better than 1 in 1000. */
const mostDrift = 1e-3;

/**
 * Follows a board's clock. A board reads it somewhere between question and answer, at the answer at the latest: those that
 * were quick tell most, so a line is laid through the quicker half of the last ones, and the slow ones, of a host that was busy, count for nothing.
 */
export function boardClock(): BoardClock {
  const answers: { host: number; board: number; trip: number }[] = [];
  let host = 0;
  let board = 0;
  let rate = 1000;
  const layLine = (): void => {
    const trips = answers.map(({ trip }) => trip).sort((a, b) => a - b);
    const limit = trips[(trips.length - 1) >> 1]!;
    const quick = answers.filter(({ trip }) => trip <= limit);
    host = quick.reduce((sum, each) => sum + each.host, 0) / quick.length;
    const nominal = ({ host: h, board: b }: (typeof answers)[number]): number =>
      b - (h - host) * 1000;
    board = quick.reduce((sum, each) => sum + nominal(each), 0) / quick.length;
    let [over, under] = [0, 0];
    for (const each of quick) {
      over += (each.host - host) * (nominal(each) - board);
      under += (each.host - host) ** 2;
    }
    // Less than a second tells more of jitter than of drift.
    const span = quick.at(-1)!.host - quick[0]!.host;
    const drift = span < 1000 ? 0 : over / under / 1000;
    rate = 1000 * (1 + Math.max(-mostDrift, Math.min(mostDrift, drift)));
  };
  return {
    get known() {
      return answers.length > 0;
    },
    answer(asked, answered, time) {
      const trip = answered - asked;
      answers.push({ host: answered, board: time, trip });
      if (answers.length > kept) answers.shift();
      layLine();
    },
    at: (time) => board + (time - host) * rate,
  };
}
