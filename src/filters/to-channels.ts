/** Pixels become the channels of a network. */
import { DataError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { lossesCheck } from '../events/losses.ts';
import { type ChannelSpace, channels, type PixelSpace } from '../events/space.ts';
import { type OptionTable, oneOf, soundOptions } from '../options.ts';
import type { Filter, FilterConfig } from './filter.ts';
import { mapPixels, table } from './pixel-map.ts';

/** Configuration of `toChannels`. */
export interface ToChannelsConfig extends FilterConfig {
  /**
   * Whether pixels that became darker and pixels that became brighter have channels of their own (`separate`, the
   * default: first all darker ones), or share one (`merge`).
   */
  readonly polarity?: 'separate' | 'merge';
}

const optionTable: OptionTable<ToChannelsConfig> = {
  polarity: oneOf(['separate', 'merge']),
  losses: lossesCheck,
};

/**
 * Makes the filter of `toChannels`: pixel (x, y) is channel `y·width + x`, plus `width·height` if it became brighter and
 * polarities are separate.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * toChannelsFilter()(emptyPacket(pixels(8, 6))).space; // { kind: 'channels', channels: 96 }
 * ```
 */
export function toChannelsFilter(
  config: ToChannelsConfig = {},
): Filter<AerPacket<PixelSpace>, AerPacket<ChannelSpace>> {
  config = soundOptions('pixels make no channels', config, optionTable);
  const { polarity = 'separate', losses } = config;
  return mapPixels(({ width, height }) => {
    const count = width * height * (polarity === 'separate' ? 2 : 1);
    if (count > 2 ** 31) {
      throw new DataError(
        `${width}×${height} pixels are ${count} channels; downsample() them first`,
      );
    }
    return {
      space: channels(count),
      ofX: table(width, (x) => x),
      ofY: table(height, (y) => y * width),
      ofOn: polarity === 'separate' ? width * height : 0,
    };
  }, losses);
}
