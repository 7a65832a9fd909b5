/** The operator `jitter`: uncertain times. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { Space } from '../src/events/space.ts';
import { type JitterConfig, jitterFilter } from '../src/filters/jitter.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Moves the time of each event at random, normally distributed; the same seed gives the same times. Events stay sorted:
 * each is held back for four `sigma`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([5000], [0], channels(1), 10_000)).pipe(
 *   jitter({ sigma: 1e-3, seed: 1 }),
 *   take(1),
 *   map(({ until }) => until),
 * ); // emits 6000
 * ```
 */
export function jitter<S extends Space>(
  config: JitterConfig,
): EventOperator<AerPacket<S>, AerPacket<S>> {
  return filtering(config, jitterFilter<S>);
}
