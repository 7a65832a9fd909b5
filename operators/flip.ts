/** The operator `flip`: mirrored pictures. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { PixelSpace } from '../src/events/space.ts';
import type { FilterConfig } from '../src/filters/filter.ts';
import { type FlipDirection, flipFilter } from '../src/filters/flip.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Exchanges left and right (`horizontal`), top and bottom (`vertical`), or `both`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const camera = pixels(4, 2);
 * of(aerPacket([10], [packPixel(camera, { x: 0, y: 0, polarity: 0 })], camera)).pipe(
 *   flip('both'),
 *   map(({ addresses }) => unpackPixel(camera, addresses[0]!)),
 *   map(({ x, y }) => [x, y]),
 * ); // emits [3, 1]
 * ```
 */
export function flip(
  direction: FlipDirection,
  config: FilterConfig = {},
): EventOperator<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  return filtering(config, (each) => flipFilter(direction, each));
}
