/** The operator `downsample`: coarser pixels. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { PixelSpace } from '../src/events/space.ts';
import { downsampleFilter } from '../src/filters/downsample.ts';
import type { FilterConfig } from '../src/filters/filter.ts';
import { type EventOperator, filtering } from './filtering.ts';

/**
 * Makes one pixel of each block of `factor` × `factor`. Every event is kept; `refractory` after it thins them out.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(emptyPacket(pixels(346, 260))).pipe(
 *   downsample(8),
 *   map(({ space }) => [space.width, space.height]),
 * ); // emits [44, 33]
 * ```
 */
export function downsample(
  factor: number,
  config: FilterConfig = {},
): EventOperator<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  return filtering(config, (each) => downsampleFilter(factor, each));
}
