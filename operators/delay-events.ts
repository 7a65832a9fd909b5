/** The operator `delayEvents`: events that come later. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { Space } from '../src/events/space.ts';
import { type DelayEventsConfig, delayEventsFilter } from '../src/filters/delay-events.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Adds a delay to the times of events. Packets are emitted as soon as before: the delay is in stream time.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([5], [0], channels(1))).pipe(
 *   delayEvents({ delay: 2e-3 }),
 *   map(({ timestamps }) => timestamps[0]),
 * ); // emits 2005
 * ```
 */
export function delayEvents<S extends Space>(
  config: DelayEventsConfig,
): EventOperator<AerPacket<S>, AerPacket<S>> {
  return filtering(config, delayEventsFilter<S>);
}
