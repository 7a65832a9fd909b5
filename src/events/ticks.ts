/**
 * The one place where seconds become whole microseconds and steps become ticks.
 *
 * A width such as 1/3000 s is no whole number of microseconds, and 0.00051 s times 1e6 is not 510 in
 * floating point. A width is therefore read as the simplest fraction `micros / steps` of microseconds
 * that it can mean, and all else is arithmetic of whole numbers.
 *
 * The rule: bin k covers the ticks from round(k·dt) up to, but not with, round((k + 1)·dt), counted from
 * time 0; halves round up. How a stream is cut into chunks therefore never moves an edge.
 */

/** A width of time as an exact fraction: `steps` bins last `micros` microseconds. */
export interface TickWidth {
  /** Whole microseconds that `steps` bins last. */
  readonly micros: number;
  /** Bins after which edges repeat; 1 if a bin is a whole number of microseconds. */
  readonly steps: number;
}

/** Bins at most until edges repeat: no width that anyone writes needs more. */
const maxSteps = 65_536;

/** How far a fraction may lie from what floating point made of it, as a share of it. */
const tolerance = 2 ** -47;

/**
 * Reads a width of seconds as the simplest fraction of microseconds that it can mean, by continued
 * fractions. A width that is none with a small denominator is rounded to 1/65536 µs.
 *
 * @param seconds above 0, at most 2^33
 */
export function tickWidth(seconds: number): TickWidth {
  if (seconds !== last.seconds) last = { seconds, width: readWidth(seconds) };
  return last.width;
}

/** The width that was read last: it is mostly the one that is asked for again. */
let last = { seconds: Number.NaN, width: { micros: 0, steps: 1 } };

function readWidth(seconds: number): TickWidth {
  const value = seconds * 1e6;
  // No width at all: what it makes is no number either.
  if (!(value > 0 && Number.isFinite(value))) return { micros: value, steps: 1 };
  let [p0, q0, p1, q1] = [0, 1, 1, 0];
  for (let rest = value; ; ) {
    const whole = Math.floor(rest);
    const p2 = whole * p1 + p0;
    const q2 = whole * q1 + q0;
    if (q2 > maxSteps || p2 > Number.MAX_SAFE_INTEGER) break;
    [p0, q0, p1, q1] = [p1, q1, p2, q2];
    if (Math.abs(p1 / q1 - value) <= tolerance * value) return { micros: p1, steps: q1 };
    rest = 1 / (rest - whole);
  }
  const micros = Math.max(1, Math.round(value * maxSteps));
  return Number.isSafeInteger(micros)
    ? { micros, steps: maxSteps }
    : { micros: Math.round(value), steps: 1 };
}

/** First tick of bin `step`, microseconds from time 0. */
export function tickOf(step: number, { micros, steps }: TickWidth): number {
  if (steps === 1) return step * micros;
  const turn = Math.floor(step / steps);
  const rest = step - turn * steps;
  return turn * micros + Math.floor((2 * rest * micros + steps) / (2 * steps));
}

/** The bin that holds a tick: the largest whose first tick is not after `time`. */
export function stepAt(time: number, width: TickWidth): number {
  const { micros, steps } = width;
  if (steps === 1) return Math.floor(time / micros);
  const turn = Math.floor(time / micros);
  const rest = time - turn * micros;
  let step = turn * steps + Math.floor((rest * steps) / micros);
  while (tickOf(step + 1, width) <= time) step++;
  while (tickOf(step, width) > time) step--;
  return step;
}

/** Whether a bin begins at `time`. */
export function isEdge(time: number, width: TickWidth): boolean {
  return width.steps === 1
    ? time % width.micros === 0
    : tickOf(stepAt(time, width), width) === time;
}

/** Whole steps of `dt` seconds in a time of `seconds`, to the nearest; halves round up. */
export function stepsIn(seconds: number, dt: number): number {
  if (seconds === 0) return 0;
  const [time, width] = [tickWidth(Math.abs(seconds)), tickWidth(dt)];
  const ratio = (time.micros / width.micros) * (width.steps / time.steps);
  const whole = Math.round(ratio);
  // Times beyond what floating point holds, or without a fraction: the nearest that can be told.
  const exact = Number.isSafeInteger(whole) && Number.isFinite(time.micros + width.micros);
  if (!exact) return seconds < 0 ? -whole : whole;
  // Near a half, floating point must not decide: compare whole numbers, as large as they are.
  const [left, right] = [
    2n * BigInt(time.micros) * BigInt(width.steps),
    (2n * BigInt(whole) - 1n) * BigInt(width.micros) * BigInt(time.steps),
  ];
  const count = left < right ? whole - 1 : whole;
  return seconds < 0 ? -count : count;
}

/** Whole microseconds nearest to a time of `seconds`; halves round up. */
export function microseconds(seconds: number): number {
  if (seconds === 0) return 0;
  const { micros, steps } = tickWidth(Math.abs(seconds));
  return Math.sign(seconds) * Math.floor((2 * micros + steps) / (2 * steps));
}
