/** Comparing large values: what the matchers of expect walk in seconds, Node walks in milliseconds. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** Expects two values to be alike, as `toEqual` does; only a difference is walked by the matcher that shows it. */
export function expectSame(given: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(given, expected)) expect(given).toEqual(expected);
}
