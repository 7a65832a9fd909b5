/** The unit of times that nobody names, by how the first of them is written. */
import { type CsvTimeUnit, isValue, microsOf } from './layout.ts';

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

/** Digits after the point of a time that are whole microseconds. */
export const placesOf: Readonly<Record<CsvTimeUnit, number>> = { ns: 0, us: 0, ms: 3, s: 6 };

/**
 * Whole microseconds of a time, exact for as many digits as there are: the nearest one, half of one up; for nanoseconds, the one that it
 * lies in. No number is what is none.
 */
export function microsOfTime(text: string, unit: CsvTimeUnit): number {
  const [, whole, fraction = ''] = /^\+?(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  const value = text === '' ? Number.NaN : Number(text);
  if (unit === 'ns') {
    return whole === undefined ? Math.floor(value / 1000) : Number(whole.slice(0, -3));
  }
  if (whole === undefined) return Math.round(value * microsOf[unit]);
  const places = placesOf[unit];
  const part = Number(fraction.slice(0, places).padEnd(places, '0'));
  const up = (fraction[places] ?? '0') >= '5' ? 1 : 0;
  return Number(whole) * microsOf[unit] + part + up;
}
