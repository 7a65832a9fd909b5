/** Pictures with rows and columns exchanged. */
import type { AerPacket } from '../events/aer-packet.ts';
import { lossesCheck } from '../events/losses.ts';
import { type PixelSpace, pixelBits, pixels } from '../events/space.ts';
import { type OptionTable, soundOptions } from '../options.ts';
import type { Filter, FilterConfig } from './filter.ts';
import { mapPixels, table } from './pixel-map.ts';

const optionTable: OptionTable<FilterConfig> = { losses: lossesCheck };

/**
 * Makes the filter of `transpose`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * transposeFilter()(emptyPacket(pixels(346, 260))).space; // { kind: 'pixels', width: 260, height: 346 }
 * ```
 */
export function transposeFilter(
  config: FilterConfig = {},
): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  config = soundOptions('pixels cannot be transposed', config, optionTable);
  return mapPixels(({ width, height }) => {
    const space = pixels(height, width);
    const { yShift } = pixelBits(space);
    return {
      space,
      ofX: table(width, (x) => (x << yShift) >>> 0),
      ofY: table(height, (y) => y << 1),
      ofOn: 1,
    };
  }, config.losses);
}
