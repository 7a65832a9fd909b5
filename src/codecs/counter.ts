/** Counters of 32 bits that formats count microseconds with. */

/** What they wrap at, µs. */
export const wrap: number = 2 ** 32;
/** Steps back of more than this are a wrap, µs. */
export const half: number = 2 ** 31;
/** How far behind a wrap a late event may come, µs. */
export const late: number = 2 ** 20;

/**
 * Whether a reader would take an event after another for what it is: no pause is as long as half of the counter, and what
 * comes late over its end is not too late.
 */
export function isCountable(time: number, last: number, origin: number): boolean {
  const turns = Math.floor((last - origin) / wrap) - Math.floor((time - origin) / wrap);
  return Math.abs(time - last) < half && (turns <= 0 || last - time < late);
}
