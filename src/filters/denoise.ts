/** Background activity of a camera, told from what moves by its neighbours' silence. */
import { InvalidArgumentError } from '../errors.ts';
import { type AerPacket, checkPacket } from '../events/aer-packet.ts';
import { lossCounter } from '../events/losses.ts';
import { type PixelSpace, pixelBits } from '../events/space.ts';
import { microseconds } from '../events/ticks.ts';
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

/** Configuration of `denoise`. */
export interface DenoiseConfig extends FilterConfig {
  /** How recent the event of a neighbour must be, seconds. */
  readonly window: number;
}

const optionTable: OptionTable<DenoiseConfig> = {
  window: number({ above: 0, max: 1e6, unit: 'seconds' }),
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
 * const at = (x) => packPixel(camera, { x, y: 3, polarity: 1 });
 * quiet(aerPacket([0, 400, 900], [at(1), at(2), at(6)], camera)).timestamps; // Float64Array [400]
 * ```
 */
export function denoiseFilter(
  config: DenoiseConfig,
): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  const problems = optionProblems(config, optionTable, 'window');
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be denoised', problems);
  const { losses = lossCounter() } = config;
  const window = microseconds(config.window);
  const prepare = once(supportTable);
  const roomFor = growingRoom();
  return (packet) => {
    checkPacket(packet, 'pixels');
    const { timestamps, addresses, space } = packet;
    const { support, stride } = prepare(space);
    const { yShift, xMask } = pixelBits(space);
    const { width, height } = space;
    const room = roomFor(addresses.length);
    const [times, kept] = [room.times, room.addresses];
    let count = 0;
    let unknown = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      const x = (address >>> 1) & xMask;
      const y = address >>> yShift;
      if (x >= width || y >= height) {
        unknown++;
        continue;
      }
      const time = timestamps[i]!;
      const above = y * stride + x;
      const here = above + stride;
      const below = here + stride;
      const age = time - support[here + 1]!;
      times[count] = time;
      kept[count] = address;
      // Time that has gone back supports nothing. Whether an event is kept cannot be guessed, so it is no branch.
      count += Number(age <= window) & Number(age >= 0);
      support[above] = time;
      support[above + 1] = time;
      support[above + 2] = time;
      support[here] = time;
      support[here + 2] = time;
      support[below] = time;
      support[below + 1] = time;
      support[below + 2] = time;
    }
    losses.add(unknownAddress, unknown);
    return keptPacket(packet, room, count);
  };
}

/** For each pixel, with a border around all, when one of its neighbours had its last event. */
function supportTable(space: PixelSpace): {
  readonly support: Float64Array;
  readonly stride: number;
} {
  pixelCells(space);
  const stride = space.width + 2;
  const support = new Float64Array(stride * (space.height + 2));
  return { support: support.fill(Number.NEGATIVE_INFINITY), stride };
}
