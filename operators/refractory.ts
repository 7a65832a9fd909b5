/** The operator `refractory`: rest after each event. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { Space } from '../src/events/space.ts';
import { type RefractoryConfig, refractoryFilter } from '../src/filters/refractory.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Leaves out events that come less than `period` after one of the same address that was kept. Both polarities of a pixel
 * rest together.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([0, 400, 1000], [1, 1, 1], channels(2))).pipe(
 *   refractory({ period: 1e-3 }),
 *   map(({ timestamps }) => timestamps.length),
 * ); // emits 2
 * ```
 */
export function refractory<S extends Space>(
  config: RefractoryConfig,
): EventOperator<AerPacket<S>, AerPacket<S>> {
  return filtering(config, refractoryFilter<S>);
}
