/** The sink `collect`: everything, once the source has completed. */
import { type OperatorFunction, toArray } from 'rxjs';

/**
 * Collects everything until the source completes.
 *
 * @example
 * ```ts
 * poisson({ channels: 2, rate: 50, duration: 1, seed: 0 }).pipe(
 *   collect(),
 *   map((chunks) => chunks.length),
 * ); // emits 10
 * ```
 */
export function collect<T>(): OperatorFunction<T, T[]> {
  return toArray();
}
