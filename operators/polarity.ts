/** The operator `polarity`: what becomes of polarities. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { PixelSpace } from '../src/events/space.ts';
import type { FilterConfig } from '../src/filters/filter.ts';
import { type PolarityChoice, polarityFilter } from '../src/filters/polarity.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Keeps what became brighter (`on`) or darker (`off`), makes all polarities 1 (`merge`), or exchanges them (`invert`).
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([10, 20], [0, 1], pixels(4, 2))).pipe(
 *   polarity('on'),
 *   map(({ timestamps }) => timestamps[0]),
 * ); // emits 20
 * ```
 */
export function polarity(
  choice: PolarityChoice,
  config: FilterConfig = {},
): EventOperator<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  return filtering(config, (each) => polarityFilter(choice, each));
}
