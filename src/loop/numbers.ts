/** Numbers that somebody else's code gives in the middle of a loop, read once into arrays of ours. */
import { DataError } from '../errors.ts';
import { shown } from '../problems.ts';

/** Tells a typed array of numbers, of whatever type; those of bigints and a DataView are none. */
export function isNumbers(value: unknown): value is Float64Array {
  if (value instanceof Float64Array) return true;
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return false;
  return !(value instanceof BigInt64Array || value instanceof BigUint64Array);
}

/**
 * How many numbers something holds: one, if it is a number; undefined if it holds none.
 *
 * @throws DataError if it cannot be read
 */
export function numbersIn(what: string, given: unknown): number | undefined {
  if (typeof given === 'number') return 1;
  if (typeof given !== 'object' || given === null) return undefined;
  return reading(what, lengthOf, given);
}

function lengthOf(given: object): number | undefined {
  if (!Array.isArray(given) && !ArrayBuffer.isView(given)) return undefined;
  const { length } = given as { readonly length?: unknown };
  return typeof length === 'number' ? length : undefined;
}

/**
 * Reads as many numbers as `into` holds.
 *
 * @param what what they are, in messages: `observation`
 * @throws DataError if one is no number, or cannot be read
 */
export function readNumbers(what: string, given: unknown, into: Float64Array): void {
  if (typeof given === 'number') {
    into[0] = given;
    return;
  }
  // The usual case, without a look at each.
  if (given instanceof Float64Array && given.length === into.length) {
    into.set(given);
    return;
  }
  reading(what, readEach, what, given as ArrayLike<unknown>, into);
}

function readEach(what: string, list: ArrayLike<unknown>, into: Float64Array): void {
  for (let i = 0; i < into.length; i++) {
    const value = list[i];
    if (typeof value !== 'number') {
      throw new DataError(`value ${i} of the ${what} is ${shown(value)}; a number is needed`);
    }
    into[i] = value;
  }
}

/** Reads something that was given; what throws meanwhile is bad data. */
export function reading<T, Given extends readonly unknown[]>(
  what: string,
  read: (...given: Given) => T,
  ...given: Given
): T {
  try {
    return read(...given);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError(`the ${what} cannot be read`, { cause });
  }
}
