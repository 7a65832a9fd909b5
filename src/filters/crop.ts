/** A rectangle of a picture. */
import { DataError } from '../errors.ts';
import { type AerPacket, soundForm, soundPacket } from '../events/aer-packet.ts';
import { lossCounter, lossesCheck } from '../events/losses.ts';
import { type PixelSpace, pixelBits, pixels, spaceText } from '../events/space.ts';
import { number, type OptionTable, soundOptions } from '../options.ts';
import {
  copying,
  type Filter,
  type FilterConfig,
  once,
  unknownAddress,
  unknownPixels,
} from './filter.ts';
import { Rooms } from './room.ts';

/** Configuration of `crop`. */
export interface CropConfig extends FilterConfig {
  /** First column that is kept. */
  readonly x: number;
  /** First row that is kept. */
  readonly y: number;
  /** Columns that are kept. */
  readonly width: number;
  /** Rows that are kept. */
  readonly height: number;
}

const anyPlace = number({ min: 0, max: 65_535, whole: true, unit: 'pixels' });
const anySide = number({ min: 1, max: 65_536, whole: true, unit: 'pixels' });

const optionTable: OptionTable<CropConfig> = {
  x: anyPlace,
  y: anyPlace,
  width: anySide,
  height: anySide,
  losses: lossesCheck,
};

/**
 * Makes the filter of `crop`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const cropped = cropFilter({ x: 2, y: 0, width: 2, height: 2 });
 * cropped(aerPacket([5, 6], [0, 6], pixels(4, 2))).timestamps; // Float64Array [6]
 * ```
 */
export function cropFilter(
  config: CropConfig,
): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  config = soundOptions(
    'pixels cannot be cropped',
    config,
    optionTable,
    'x',
    'y',
    'width',
    'height',
  );
  const { x: left, y: top, width, height, losses = lossCounter() } = config;
  const space = pixels(width, height);
  const { yShift: shift } = pixelBits(space);
  const prepare = once((from: PixelSpace) => {
    if (left + width > from.width || top + height > from.height) {
      throw new DataError(
        `${width}×${height} pixels from (${left}, ${top}) on do not lie within ${spaceText(from)}`,
      );
    }
    return { ...pixelBits(from), rightMost: from.width - 1, lowest: from.height - 1 };
  });
  const rooms = new Rooms();
  return copying(rooms, (packet) => {
    packet = soundForm(packet, 'pixels');
    const { yShift, xMask, rightMost, lowest } = prepare(packet.space);
    const { timestamps, addresses } = packet;
    const { times, addresses: kept } = rooms.for(addresses.length);
    const [lastX, lastY] = [width - 1, height - 1];
    let count = 0;
    // What is not finite, or beside the picture, shows afterwards in the sum and in the sign: one look at each event is all.
    let finite = 0;
    let beside = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      const x = (address >>> 1) & xMask;
      const y = address >>> yShift;
      const dx = x - left;
      const dy = y - top;
      const time = timestamps[i]!;
      finite += time * 0;
      beside |= (rightMost - x) | (lowest - y);
      times[count] = time;
      kept[count] = (dy << shift) | (dx << 1) | (address & 1);
      // 1 if none of the distances is negative: whether a pixel is kept cannot be guessed, so it is no branch.
      count += ((dx | dy | (lastX - dx) | (lastY - dy)) >>> 31) ^ 1;
    }
    if (finite !== 0) soundPacket(packet, 'pixels');
    if (beside < 0) losses.add(unknownAddress, unknownPixels(packet));
    return rooms.moved(packet, count, space);
  });
}
