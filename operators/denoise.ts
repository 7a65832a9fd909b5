/** The operator `denoise`: background activity. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { PixelSpace } from '../src/events/space.ts';
import { type DenoiseConfig, denoiseFilter } from '../src/filters/denoise.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Leaves out background activity: events of pixels none of whose eight neighbours had an event, of either polarity, at most
 * `window` before.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const camera = pixels(8, 8);
 * const events = [1, 2, 6].map((x) => packPixel(camera, { x, y: 3, polarity: 1 }));
 * of(aerPacket([0, 400, 900], events, camera)).pipe(
 *   denoise({ window: 1e-3 }),
 *   map(({ timestamps }) => timestamps[0]),
 * ); // emits 400
 * ```
 */
export function denoise(
  config: DenoiseConfig,
): EventOperator<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  return filtering(config, denoiseFilter);
}
