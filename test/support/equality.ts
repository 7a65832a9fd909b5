/** Compares numbers at once: what the matchers of expect walk in seconds, Node walks in milliseconds. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

function areNumbers(value: unknown): boolean {
  return Array.isArray(value) ? typeof value[0] === 'number' : ArrayBuffer.isView(value);
}

// What is the same to the last bit is so to every matcher; all else is left to them.
expect.addEqualityTesters([
  (a: unknown, b: unknown) =>
    areNumbers(a) && areNumbers(b) && isDeepStrictEqual(a, b) ? true : undefined,
]);
