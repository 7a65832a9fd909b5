/** The steps of a virtual board: how far its circuits have come, and what leaves them. */
import { binOf, binStart, startProblems } from '../../events/bins.ts';
import { tickWidth } from '../../events/ticks.ts';

/** Where a board stands: the step that comes next. */
export interface BoardSteps {
  /** Board time at which the next step starts, microseconds. */
  readonly start: number;
  /** Board time at which the next step ends, microseconds. */
  readonly end: number;
  /** Board time from which on what leaves in the next step is told; later than its start if it lasts longer than others. */
  readonly bin: number;
  /** Goes on to the step after. */
  advance(): void;
  /**
   * Lets a step begin at a time, or whole steps before or after it: the next one, which holds `now`, is shorter or longer for
   * that, by half a step if possible, by less than one in any case. Steps that are no whole number of microseconds stay on their grid.
   */
  align(time: number, now: number): void;
}

/**
 * Begins at `startTime` with steps of `dt` seconds; with the next one on the grid from time 0, if they are no whole
 * number of microseconds.
 */
export function boardSteps(startTime: number, dt: number): BoardSteps {
  let done = 0;
  let start =
    startProblems(startTime, dt).length === 0
      ? startTime
      : binStart(binOf(startTime, 0, dt) + 1, dt);
  let begin = start;
  let bin = start;
  let end = binStart(1, dt, begin);
  return {
    get start() {
      return start;
    },
    get end() {
      return end;
    },
    get bin() {
      return bin;
    },
    advance() {
      done++;
      start = end;
      bin = start;
      end = binStart(done + 1, dt, begin);
    },
    align(time, now) {
      const { micros, steps } = tickWidth(dt);
      if (steps > 1) return;
      const shift = (((time - start) % micros) + micros) % micros;
      if (shift === 0) return;
      const short = 2 * shift >= micros && start + shift > now;
      bin = short ? start : start + shift;
      end = short ? start + shift : bin + micros;
      begin = end - micros * (done + 1);
    },
  };
}

/** Events of one step, which leave it in the order of time. */
export interface StepEvents {
  /** Adds an event. */
  add(time: number, word: number): void;
  /** Gives all events, oldest first, and forgets them. */
  drain(give: (time: number, word: number) => void): void;
}

/** Makes room for the events of a step; arrays are used again, so that a step allocates nothing. */
export function stepEvents(): StepEvents {
  let times = new Float64Array(64);
  let words = new Uint32Array(64);
  let count = 0;
  let sorted = true;
  let draining = false;
  return {
    add(time, word) {
      if (count === times.length) {
        const [fewTimes, fewWords] = [times, words];
        times = new Float64Array(2 * count);
        times.set(fewTimes);
        words = new Uint32Array(2 * count);
        words.set(fewWords);
      }
      if (count > 0 && time < times[count - 1]!) sorted = false;
      times[count] = time;
      words[count++] = word;
    },
    drain(give) {
      // Whoever is given an event may make the board run on: what comes of it follows.
      if (draining) return;
      draining = true;
      for (let from = 0; from < count; ) {
        const to = count;
        if (sorted) for (let i = from; i < to; i++) give(times[i]!, words[i]!);
        else {
          const order = Array.from({ length: to - from }, (_, i) => from + i);
          order.sort((a, b) => times[a]! - times[b]! || a - b);
          for (const i of order) give(times[i]!, words[i]!);
        }
        from = to;
      }
      count = 0;
      sorted = true;
      draining = false;
    },
  };
}
