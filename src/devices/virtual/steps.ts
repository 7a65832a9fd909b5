/** The steps of a virtual board: how far its circuits have come. */
import { binStart } from '../../events/convert.ts';

/** Where a board stands: the step that comes next. */
export interface BoardSteps {
  /** Board time at which the next step starts, microseconds. */
  readonly start: number;
  /** Board time at which the next step ends, microseconds. */
  readonly end: number;
  /** Goes on to the step after. */
  advance(): void;
}

/** Begins at `startTime` with steps of `dt` seconds. */
export function boardSteps(startTime: number, dt: number): BoardSteps {
  let done = 0;
  let start = startTime;
  let end = startTime + binStart(1, dt);
  return {
    get start() {
      return start;
    },
    get end() {
      return end;
    },
    advance() {
      done++;
      start = end;
      end = startTime + binStart(done + 1, dt);
    },
  };
}
