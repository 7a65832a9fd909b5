/** The operator `crop`: a rectangle of a picture. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { PixelSpace } from '../src/events/space.ts';
import { type CropConfig, cropFilter } from '../src/filters/crop.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Keeps the events of a rectangle. The rectangle becomes the picture: its upper left pixel is (0, 0). Errors with a
 * `DataError` if it does not lie within the picture that comes in.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const camera = pixels(4, 2);
 * const events = [0, 3].map((x) => packPixel(camera, { x, y: 1, polarity: 1 }));
 * of(aerPacket([10, 20], events, camera)).pipe(
 *   crop({ x: 2, y: 0, width: 2, height: 2 }),
 *   map(({ timestamps }) => timestamps[0]),
 * ); // emits 20
 * ```
 */
export function crop(
  config: CropConfig,
): EventOperator<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  return filtering(config, cropFilter);
}
