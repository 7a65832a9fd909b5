/** The operator `toChannels`: pixels become channels. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { ChannelSpace, PixelSpace } from '../src/events/space.ts';
import { type ToChannelsConfig, toChannelsFilter } from '../src/filters/to-channels.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Makes a channel of each pixel, as networks and rasters need: pixel (x, y) is channel `y·width + x`, plus
 * `width·height` if it became brighter. With `polarity: 'merge'` both polarities share a channel.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(emptyPacket(pixels(8, 6))).pipe(
 *   toChannels(),
 *   map(({ space }) => space.channels),
 * ); // emits 96
 * ```
 */
export function toChannels(
  config: ToChannelsConfig = {},
): EventOperator<AerPacket<PixelSpace>, AerPacket<ChannelSpace>> {
  return filtering(config, toChannelsFilter);
}
