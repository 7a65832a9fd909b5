/** Coarser pixels: each block of them becomes one. */
import { InvalidArgumentError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { lossesCheck } from '../events/losses.ts';
import { type PixelSpace, pixels } from '../events/space.ts';
import { number, type OptionTable, optionProblems, readOnce } from '../options.ts';
import { within } from '../problems.ts';
import type { Filter, FilterConfig } from './filter.ts';
import { mapPixels, ontoPixels } from './pixel-map.ts';

const anyFactor = number({ min: 1, max: 65_536, whole: true });
const optionTable: OptionTable<FilterConfig> = { losses: lossesCheck };

/**
 * Makes the filter of `downsample`.
 *
 * @param factor pixels on each side of a block
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * downsampleFilter(8)(emptyPacket(pixels(346, 260))).space; // { kind: 'pixels', width: 44, height: 33 }
 * ```
 */
export function downsampleFilter(
  factor: number,
  config: FilterConfig = {},
): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  config = readOnce(config, optionTable);
  const problems = [...within('factor', anyFactor(factor)), ...optionProblems(config, optionTable)];
  if (problems.length > 0) throw new InvalidArgumentError('pixels cannot be joined', problems);
  const coarse = (at: number): number => Math.floor(at / factor);
  return mapPixels((space) => {
    const to = pixels(Math.ceil(space.width / factor), Math.ceil(space.height / factor));
    return ontoPixels(space, to, coarse, coarse);
  }, config.losses);
}
