/** Pixels that fire without cause, found while they do. */
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { lossCounter, lossesCheck } from '../events/losses.ts';
import { type PixelSpace, pixelBits } from '../events/space.ts';
import { stepAt, tickOf, tickWidth } from '../events/ticks.ts';
import { number, type OptionTable, soundOptions } from '../options.ts';
import {
  copying,
  type Filter,
  type FilterConfig,
  knownPixels,
  once,
  pixelCells,
} from './filter.ts';
import { Rooms } from './room.ts';

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
  config = soundOptions('no hot pixels can be found', config, optionTable, 'rate');
  const { rate, window = 1, losses = lossCounter() } = config;
  const width = tickWidth(window);
  const most = Math.min(rate * window, countMask - 1);
  const prepare = once((space: PixelSpace) => {
    pixelCells(space);
    return new Int32Array(2 * space.width * space.height).fill(-2);
  });
  const rooms = new Rooms();
  let origin = Number.NaN;
  let step = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  /** Enters the window of a time. */
  const enter = (time: number, cells: Int32Array): void => {
    const at = stepAt(time, width);
    [from, to] = [tickOf(at, width), tickOf(at + 1, width)];
    if (!(at - origin >= 0 && at - origin < 2 ** 30)) origin = renumber(cells, origin, at);
    step = at - origin;
  };
  return copying(rooms, (given) => {
    given = soundPacket(given, 'pixels');
    const cells = prepare(given.space);
    const packet = knownPixels(given, losses);
    const { timestamps, addresses, space } = packet;
    const { yShift, xMask } = pixelBits(space);
    const { times, addresses: kept } = rooms.for(addresses.length);
    let count = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      const x = (address >>> 1) & xMask;
      const y = address >>> yShift;
      const time = timestamps[i]!;
      if (time < from || time >= to) enter(time, cells);
      const cell = 2 * (y * space.width + x);
      const had = cells[cell + 1]!;
      const age = step - cells[cell]!;
      // Of the last window, a pixel keeps that it was hot; of others, nothing.
      const hot = age === 1 && (had & countMask) > most ? wasHot : 0;
      const now = age === 0 ? had + 1 : hot + 1;
      cells[cell] = step;
      cells[cell + 1] = now;
      times[count] = time;
      kept[count] = address;
      if (now <= most) count++;
    }
    return rooms.kept(packet, count);
  });
}

/** Added to the count of a pixel that was hot in the window before. */
const wasHot = 2 ** 30;
const countMask = wasHot - 1;

/** Numbers windows from the one before `at` on, so that they stay small; of older ones nothing is kept. */
function renumber(cells: Int32Array, origin: number, at: number): number {
  const next = at - 1;
  for (let i = 0; i < cells.length; i += 2) cells[i] = cells[i]! + origin === next ? 0 : -2;
  return next;
}
