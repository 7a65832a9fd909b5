/** The operator `countSlice`: packets of equally many events. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { Space } from '../src/events/space.ts';
import { type CountSliceConfig, countSlicer } from '../src/filters/count-slice.ts';
import { type EventOperator, slicing } from './filtering.ts';

/**
 * Cuts a stream into packets of equally many events; the last one has the rest. An empty packet is passed on unless
 * events wait for others.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([1, 2, 3], [0, 0, 0], channels(1))).pipe(
 *   countSlice({ events: 2 }),
 *   map(({ timestamps }) => timestamps.length),
 * ); // emits 2, 1
 * ```
 */
export function countSlice<S extends Space>(
  config: CountSliceConfig,
): EventOperator<AerPacket<S>, AerPacket<S>> {
  return slicing(config, countSlicer<S>);
}
