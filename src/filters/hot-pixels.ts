/** Pixels that fire without cause, found while they do. */
import { InvalidArgumentError } from '../errors.ts';
import { type AerPacket, checkPacket } from '../events/aer-packet.ts';
import { lossCounter } from '../events/losses.ts';
import { type PixelSpace, pixelBits } from '../events/space.ts';
import { stepAt, tickOf, tickWidth } from '../events/ticks.ts';
import { number, type OptionTable, optionProblems } from '../options.ts';
import {
  type Filter,
  type FilterConfig,
  growingRoom,
  keptPacket,
  lossesCheck,
  once,
  pixelCells,
  unknownAddress,
} from './filter.ts';

/** Configuration of `hotPixels`. */
export interface HotPixelsConfig extends FilterConfig {
  /** Events per second, of either polarity, above which a pixel is hot. */
  readonly rate: number;
  /** Time over which events are counted, seconds; 1 if left out. */
  readonly window?: number;
}

const optionTable: OptionTable<HotPixelsConfig> = {
  rate: number({ above: 0, unit: 'events per second' }),
  window: number({ min: 1e-6, max: 1e6, unit: 'seconds' }),
  losses: lossesCheck,
};

/**
 * Makes the filter of `hotPixels`. Windows follow each other from time 0. A pixel that has had more than
 * `rate·window` events in one is left out for the rest of it and in the whole next one.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const cool = hotPixelsFilter({ rate: 2, window: 1 });
 * cool(aerPacket([0, 1, 2, 3], [0, 0, 0, 2], pixels(2, 2))).timestamps; // Float64Array [0, 1, 3]
 * ```
 */
export function hotPixelsFilter(
  config: HotPixelsConfig,
): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  const problems = optionProblems(config, optionTable, 'rate');
  if (problems.length > 0) throw new InvalidArgumentError('no hot pixels can be found', problems);
  const { rate, window = 1, losses = lossCounter() } = config;
  const width = tickWidth(window);
  const most = rate * window;
  const prepare = once((space: PixelSpace) => {
    const cells = pixelCells(space);
    return {
      counts: new Uint32Array(cells),
      counted: new Float64Array(cells).fill(Number.NEGATIVE_INFINITY),
      hotUntil: new Float64Array(cells).fill(Number.NEGATIVE_INFINITY),
    };
  });
  const roomFor = growingRoom();
  let step = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  return (packet) => {
    checkPacket(packet, 'pixels');
    const { timestamps, addresses, space } = packet;
    const { counts, counted, hotUntil } = prepare(space);
    const { xMask } = pixelBits(space);
    const room = roomFor(addresses.length);
    const [times, kept] = [room.times, room.addresses];
    let count = 0;
    let unknown = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      const cell = address >>> 1;
      if (cell >= counts.length || (cell & xMask) >= space.width) {
        unknown++;
        continue;
      }
      const time = timestamps[i]!;
      if (time < from || time >= to) {
        step = stepAt(time, width);
        [from, to] = [tickOf(step, width), tickOf(step + 1, width)];
      }
      if (counted[cell] !== step) {
        counted[cell] = step;
        counts[cell] = 0;
      }
      counts[cell] = counts[cell]! + 1;
      if (counts[cell]! > most) hotUntil[cell] = step + 1;
      if (step <= hotUntil[cell]!) continue;
      times[count] = time;
      kept[count++] = address;
    }
    losses.add(unknownAddress, unknown);
    return keptPacket(packet, room, count);
  };
}
