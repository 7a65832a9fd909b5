/** The operator `transpose`: rows for columns. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { PixelSpace } from '../src/events/space.ts';
import type { FilterConfig } from '../src/filters/filter.ts';
import { transposeFilter } from '../src/filters/transpose.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Exchanges rows and columns. With `flip` it turns pictures.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(emptyPacket(pixels(346, 260))).pipe(
 *   transpose(),
 *   map(({ space }) => [space.width, space.height]),
 * ); // emits [260, 346]
 * ```
 */
export function transpose(
  config: FilterConfig = {},
): EventOperator<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  return filtering(config, transposeFilter);
}
