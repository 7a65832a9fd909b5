/** The operator `hotPixels`: pixels that fire without cause. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { PixelSpace } from '../src/events/space.ts';
import { type HotPixelsConfig, hotPixelsFilter } from '../src/filters/hot-pixels.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Leaves out pixels that fire too often. A pixel that has had more than `rate·window` events within one window is left
 * out for the rest of it and for the whole next one.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([0, 1, 2, 3], [0, 0, 0, 2], pixels(2, 2))).pipe(
 *   hotPixels({ rate: 2, window: 1 }),
 *   map(({ timestamps }) => timestamps.length),
 * ); // emits 3
 * ```
 */
export function hotPixels(
  config: HotPixelsConfig,
): EventOperator<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  return filtering(config, hotPixelsFilter);
}
