/** Mirrored pictures. */
import { InvalidArgumentError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { lossesCheck } from '../events/losses.ts';
import type { PixelSpace } from '../events/space.ts';
import { type OptionTable, oneOf, optionProblems, readOnce } from '../options.ts';
import { within } from '../problems.ts';
import type { Filter, FilterConfig } from './filter.ts';
import { mapPixels, ontoPixels } from './pixel-map.ts';

/** What is exchanged: left and right, top and bottom, or both. */
export type FlipDirection = 'horizontal' | 'vertical' | 'both';

const anyDirection = oneOf(['horizontal', 'vertical', 'both']);
const optionTable: OptionTable<FilterConfig> = { losses: lossesCheck };

/**
 * Makes the filter of `flip`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const flipped = flipFilter('horizontal')(aerPacket([5], [0], pixels(4, 2)));
 * unpackPixel(flipped.space, flipped.addresses[0]!); // { x: 3, y: 0, polarity: 0 }
 * ```
 */
export function flipFilter(
  direction: FlipDirection,
  config: FilterConfig = {},
): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  config = readOnce(config, optionTable);
  const problems = [
    ...within('direction', anyDirection(direction)),
    ...optionProblems(config, optionTable),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('pixels cannot be flipped', problems);
  const [inX, inY] = [direction !== 'vertical', direction !== 'horizontal'];
  return mapPixels((space) => {
    const { width, height } = space;
    return ontoPixels(
      space,
      space,
      (x) => (inX ? width - 1 - x : x),
      (y) => (inY ? height - 1 - y : y),
    );
  }, config.losses);
}
