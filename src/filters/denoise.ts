/** Background activity of a camera, told from what moves by its neighbours' silence. */
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { lossCounter, lossesCheck } from '../events/losses.ts';
import { type PixelSpace, pixelBits } from '../events/space.ts';
import { microseconds } from '../events/ticks.ts';
import { number, type OptionTable, soundOptions } from '../options.ts';
import {
  copying,
  type Filter,
  type FilterConfig,
  knownPixels,
  once,
  pixelCells,
} from './filter.ts';
import { longestSpan, type Recent, recentLimit, recentTimes } from './recent.ts';
import { Rooms } from './room.ts';

/** Configuration of `denoise`. */
export interface DenoiseConfig extends FilterConfig {
  /** How recent the event of a neighbour must be, seconds. */
  readonly window: number;
}

const optionTable: OptionTable<DenoiseConfig> = {
  window: number({ above: 0, max: longestSpan / 1e6, unit: 'seconds' }),
  losses: lossesCheck,
};

/**
 * Makes the filter of `denoise`. It keeps an event if one of the eight pixels around it had one, of either polarity, at
 * most `window` before it, as the background activity filter of T. Delbruck ("Frame-free dynamic digital vision", 2008)
 * does.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const quiet = denoiseFilter({ window: 1e-3 });
 * const camera = pixels(8, 8);
 * const at = (x: number) => packPixel(camera, { x, y: 3, polarity: 1 });
 * quiet(aerPacket([0, 400, 900], [at(1), at(2), at(6)], camera)).timestamps; // Float64Array [400]
 * ```
 */
export function denoiseFilter(
  config: DenoiseConfig,
): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  config = soundOptions('nothing can be denoised', config, optionTable, 'window');
  const { losses = lossCounter() } = config;
  const window = microseconds(config.window);
  const prepare = once(lastEvents);
  const rooms = new Rooms();
  return copying(rooms, (given) => {
    given = soundPacket(given, 'pixels');
    const { recent, stride } = prepare(given.space);
    const packet = knownPixels(given, losses);
    const { timestamps, addresses, space } = packet;
    const { cells } = recent;
    const { yShift, xMask } = pixelBits(space);
    const { times, addresses: kept } = rooms.for(addresses.length);
    let { base } = recent;
    let count = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      const x = (address >>> 1) & xMask;
      const y = address >>> yShift;
      const time = timestamps[i]!;
      if (!(time >= base && time < base + recentLimit)) base = recent.rebase(time);
      const now = (time - base) | 0;
      const above = y * stride + x;
      const here = above + stride;
      const below = here + stride;
      times[count] = time;
      kept[count] = address;
      // 1 for each neighbour that was recent enough, and not later: time may go back. Whether an event is kept cannot be guessed,
      // so nothing of this is a branch.
      const supported =
        within(now - cells[above]!, window) |
        within(now - cells[above + 1]!, window) |
        within(now - cells[above + 2]!, window) |
        within(now - cells[here]!, window) |
        within(now - cells[here + 2]!, window) |
        within(now - cells[below]!, window) |
        within(now - cells[below + 1]!, window) |
        within(now - cells[below + 2]!, window);
      count += supported;
      cells[here + 1] = now;
    }
    return rooms.kept(packet, count);
  });
}

/** 1 if an age is neither negative nor above the window. */
function within(age: number, window: number): number {
  return ((age | (window - age)) >>> 31) ^ 1;
}

/** When each pixel had its last event, with a border around all. */
function lastEvents(space: PixelSpace): { readonly recent: Recent; readonly stride: number } {
  pixelCells(space);
  const stride = space.width + 2;
  return { recent: recentTimes(stride * (space.height + 2)), stride };
}
