/** When something last happened to each of many pixels, in little memory: what is not in the cache takes its time. */

/** Longest span that can be asked for, microseconds. */
export const longestSpan: number = 1e9;

/** Microseconds from the base on that a table can hold; it then gets a new base. */
export const recentLimit: number = 2 ** 30;

/** What stands for never: further back than any span. */
const never = -(2 ** 30) + 1;

/** A table of times, each in microseconds after its base. */
export interface Recent {
  /** Times, 0 to below {@link recentLimit} when they are written. */
  readonly cells: Int32Array;
  /** What the times count from, microseconds. */
  readonly base: number;
  /** Moves the base so that `time` can be held, and all times with it; gives the new base. */
  rebase(time: number): number;
}

/** Makes a table of times at which nothing has happened. */
export function recentTimes(cells: number): Recent {
  const times = new Int32Array(cells).fill(never);
  let base = Number.NEGATIVE_INFINITY;
  return {
    cells: times,
    get base() {
      return base;
    },
    rebase(time) {
      const next = time - recentLimit / 2;
      const shift = next - base;
      // After a long silence all is forgotten; and a stream whose time goes back far has begun anew.
      if (!(shift >= 0 && shift < 2 * recentLimit)) times.fill(never);
      else {
        for (let i = 0; i < times.length; i++) times[i] = Math.max(never, times[i]! - shift);
      }
      base = next;
      return base;
    },
  };
}
