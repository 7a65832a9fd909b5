/** Microseconds after which a board's clock starts again: 2^32. */
export const wrapPeriod: number = 2 ** 32;

/** Unwraps timestamps: each is taken to lie within half a period of where the one before leads. */
export interface Unwrapper {
  /** How often the clock has wrapped. */
  readonly wraps: number;
  /** Continues the time to 53 bits; `elapsed` is the silence since the last call, microseconds. */
  unwrap(timestamp: number, elapsed?: number): number;
}

/** Continues `timestamp` to the time that lies nearest to `near`. */
export function unwrapNear(timestamp: number, near: number): number {
  return timestamp + Math.round((near - timestamp) / wrapPeriod) * wrapPeriod;
}

/**
 * Makes an unwrapper. `near` is an unwrapped time that the first timestamp lies close to; left out,
 * the first timestamp stands for itself.
 *
 * @example
 * ```ts
 * const clock = unwrapper();
 * clock.unwrap(4294967295);
 * clock.unwrap(4); // 4294967300
 * ```
 */
export function unwrapper(near?: number): Unwrapper {
  let last = near;
  let firstTurn: number | undefined;
  let lastTurn = 0;
  return {
    get wraps() {
      return lastTurn - (firstTurn ?? 0);
    },
    unwrap(timestamp, elapsed = 0) {
      const turn = last === undefined ? 0 : Math.round((last + elapsed - timestamp) / wrapPeriod);
      firstTurn ??= turn;
      lastTurn = Math.max(lastTurn, turn);
      const time = timestamp + turn * wrapPeriod;
      if (last === undefined || time > last) last = time;
      return time;
    },
  };
}

/** Cuts an unwrapped time down to the board's 32 bits. */
export function wrapTime(time: number): number {
  return time - Math.floor(time / wrapPeriod) * wrapPeriod;
}
