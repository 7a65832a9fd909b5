/** What a consumer of items gives: something that RxJS takes as a stream. */
import { DataError } from './errors.ts';
import { shown } from './problems.ts';

/** What one of makes a stream of an object: of observables, promises, iterables, readable streams and lists. */
const makes: readonly (readonly [name: string | symbol, type: string])[] = [
  ...['subscribe', 'then', 'getReader', '@@observable'].map((name) => [name, 'function'] as const),
  [Symbol.asyncIterator, 'function'],
  [Symbol.iterator, 'function'],
  ['length', 'number'],
];

/**
 * Gives what a consumer gave, if it can be subscribed to.
 *
 * @param who name of the function that gave it
 * @throws DataError if it is nothing of the kind
 */
export function streamOf<Given>(given: Given, who = 'consume'): Given {
  const is =
    typeof given === 'string' ||
    (typeof given === 'object' && given !== null && makes.some((name) => has(given, name)));
  if (is) return given;
  throw new DataError(
    `${who} gave ${shown(given)}; an observable, a promise or something iterable is needed`,
  );
}

function has(given: object, [name, type]: (typeof makes)[number]): boolean {
  try {
    return typeof Reflect.get(given, name) === type;
  } catch {
    return false;
  }
}
