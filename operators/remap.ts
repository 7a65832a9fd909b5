/** The operator `remap`: addresses looked up in a table. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { Space } from '../src/events/space.ts';
import { type RemapConfig, remapFilter } from '../src/filters/remap.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Gives each event the address that a table holds for its own; -1 leaves the event out. Events whose address is beyond
 * the table are counted.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([5, 6, 7], [0, 2, 1], channels(3))).pipe(
 *   remap({ table: [1, 0, -1], space: channels(2) }),
 *   map(({ addresses }) => [...addresses]),
 * ); // emits [1, 0]
 * ```
 */
export function remap<S extends Space>(
  config: RemapConfig<S>,
): EventOperator<AerPacket, AerPacket<S>> {
  return filtering(config, remapFilter<S>);
}
