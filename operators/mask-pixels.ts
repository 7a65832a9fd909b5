/** The operator `maskPixels`: pixels that are left out. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { PixelSpace } from '../src/events/space.ts';
import { type MaskPixelsConfig, maskPixelsFilter } from '../src/filters/mask-pixels.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Leaves out the events of some pixels, such as broken ones. Errors with a `DataError` if the picture has no such pixel.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([10, 20], [0, 2], pixels(4, 2))).pipe(
 *   maskPixels({ pixels: [{ x: 0, y: 0 }] }),
 *   map(({ timestamps }) => timestamps[0]),
 * ); // emits 20
 * ```
 */
export function maskPixels(
  config: MaskPixelsConfig,
): EventOperator<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  return filtering(config, maskPixelsFilter);
}
