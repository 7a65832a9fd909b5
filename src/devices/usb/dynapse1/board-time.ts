/** The time of a DYNAP-SE1 board, of which the host only hears with the events: what it is now, as well as can be known. */
import type { Clock } from '../../../clock.ts';

/** The board's time, microseconds from the beginning of the stream. */
export interface BoardTime {
  /** Board time of now. It may go back by a little; who tells it must not. */
  now(): number;
  /** How long it is until a board time, milliseconds; below zero if it has passed. */
  until(time: number): number;
  /** Learns that the board's clock was at a time somewhere between two moments of the host's clock, milliseconds. */
  wasAt(time: number, before: number, after: number): void;
  /** Learns that a time has been heard now. */
  heard(time: number): void;
}

/** Time over which the quickest news of the board count, milliseconds. */
const window = 1000;

/** Microseconds by which the clock is set back at most in a window, as far as crystals differ. */
const mostBack = 200;

/** Microseconds that no crystal is off in a window: the time of the reset was not known well, and is mended at once. */
const tooMuch = 1000;

/**
 * Follows the time of a board. News are never early: a time that was heard has come. They are late by as long as a
 * packet waits in the board; if even the quickest are later than that, our time runs ahead, and is held back a little.
 *
 * @param delay how long a packet waits in the board, microseconds
 */
export function boardTime(clock: Clock, delay: number): BoardTime {
  /** Board time at host time 0. */
  let offset = 0;
  let windowEnd = Number.POSITIVE_INFINITY;
  let quickest = Number.POSITIVE_INFINITY;
  const allowed = delay + 300;
  const now = (): number => clock.now() * 1000 + offset;
  return {
    now,
    until: (time) => (time - now()) / 1000,
    wasAt(time, before, after) {
      offset = time - ((before + after) / 2) * 1000;
      quickest = Number.POSITIVE_INFINITY;
      windowEnd = clock.now() + window;
    },
    heard(time) {
      const late = now() - time;
      if (late < 0) offset -= late;
      quickest = Math.min(quickest, Math.max(0, late));
      if (clock.now() < windowEnd) return;
      const ahead = Math.max(0, quickest - allowed);
      offset -= ahead > tooMuch ? ahead : Math.min(mostBack, ahead);
      quickest = Number.POSITIVE_INFINITY;
      windowEnd = clock.now() + window;
    },
  };
}
