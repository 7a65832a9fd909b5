/** The unit of times that nobody names, by how the first of them is written. */
import { type CsvTimeUnit, isValue } from './layout.ts';

/** Digits after the point that only seconds have: nobody writes parts of a microsecond so. */
const digitsOfSeconds = 5;

/**
 * Guesses the unit of times by one of them: seconds if it has as many digits after the point as only they need, µs otherwise.
 * Undefined if it is 0.0, which tells nothing, or no number.
 */
export function guessedUnit(text: string): CsvTimeUnit | undefined {
  if (!isValue(text)) return undefined;
  if (!/[.e]/i.test(text)) return 'us';
  const value = Number(text);
  if (value === 0) return undefined;
  if (Number.isInteger(value)) return 'us';
  const [, digits] = /^[+-]?\d*\.(\d*)$/.exec(text) ?? [];
  // What is written with an exponent may have more digits than it needs.
  const isFine =
    digits === undefined
      ? Math.abs(value * 1e3 - Math.round(value * 1e3)) > 1e-6
      : digits.length >= digitsOfSeconds;
  return isFine ? 's' : 'us';
}

/** Whole microseconds of a time in nanoseconds, exact for as many digits as there are; undefined if it is written otherwise. */
export function microsOfNanos(text: string): number | undefined {
  const [, digits] = /^\+?(\d+)(?:\.\d*)?$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits.slice(0, -3));
}
