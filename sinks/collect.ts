import { type OperatorFunction, toArray } from 'rxjs';

/**
 * Collects everything until the source completes.
 *
 * @example
 * ```ts
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(collect()); // one list of chunks
 * ```
 */
export function collect<T>(): OperatorFunction<T, T[]> {
  return toArray();
}
