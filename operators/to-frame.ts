/** The operator `toFrame`: pictures of events. */
import type { AerPacket } from '../src/events/aer-packet.ts';
import type { PixelSpace } from '../src/events/space.ts';
import { type EventFrame, type ToFrameConfig, toFrameSlicer } from '../src/filters/to-frame.ts';
import { type EventOperator, slicing } from './filtering.ts';

/**
 * Makes a picture of each window of time, `[2 × height × width]`: how many events each pixel had (`counts`), or how
 * recent its last one is (`timeSurface`, which fades with `tau`). Events before the open window are counted, as `late`
 * or `before` the start.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * of(aerPacket([5, 6], [1, 1], pixels(2, 1), 1000)).pipe(
 *   toFrame({ window: 1e-3 }),
 *   map(({ values }) => [...values]),
 * ); // emits [0, 0, 2, 0]
 * ```
 */
export function toFrame(config: ToFrameConfig): EventOperator<AerPacket<PixelSpace>, EventFrame> {
  return slicing(config, toFrameSlicer);
}
