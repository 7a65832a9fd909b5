/** The operator `timeSlice`: packets of equal time. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { Space } from '../src/events/space.ts';
import { type TimeSliceConfig, timeSlicer } from '../src/filters/time-slice.ts';
import { type EventOperator, slicing } from './filtering.ts';

/**
 * Cuts a stream into packets of equal time, empty ones included; the `until` of each is the end of its window, and the
 * last one ends where the stream does. Events before the open window are counted, as `late` or `before` the start;
 * windows left out, as `jumps`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([10, 1500], [0, 0], channels(1), 4000)).pipe(
 *   timeSlice({ window: 1e-3 }),
 *   map(({ until }) => until),
 * ); // emits 1000, 2000, 3000, 4000
 * ```
 */
export function timeSlice<S extends Space>(
  config: TimeSliceConfig,
): EventOperator<AerPacket<S>, AerPacket<S>> {
  return slicing(config, timeSlicer<S>);
}
