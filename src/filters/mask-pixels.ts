/** Pixels that are left out. */
import { DataError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { lossCounter, lossesCheck } from '../events/losses.ts';
import { type PixelSpace, pixelBits, spaceText } from '../events/space.ts';
import { listOf, number, type OptionTable, options, soundOptions } from '../options.ts';
import {
  copying,
  type Filter,
  type FilterConfig,
  knownPixels,
  once,
  pixelCells,
} from './filter.ts';
import { Rooms } from './room.ts';

/** Where a pixel is. */
export interface PixelPlace {
  /** Column, from the left. */
  readonly x: number;
  /** Row, from the top. */
  readonly y: number;
}

/** Configuration of `maskPixels`. */
export interface MaskPixelsConfig extends FilterConfig {
  /** Pixels whose events are left out, of either polarity. */
  readonly pixels: readonly PixelPlace[];
}

const anyPlace = number({ min: 0, max: 65_535, whole: true, unit: 'pixels' });

const optionTable: OptionTable<MaskPixelsConfig> = {
  pixels: listOf(options<PixelPlace>({ x: anyPlace, y: anyPlace }, 'x', 'y')),
  losses: lossesCheck,
};

/**
 * Makes the filter of `maskPixels`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const masked = maskPixelsFilter({ pixels: [{ x: 0, y: 0 }] });
 * masked(aerPacket([5, 6], [0, 2], pixels(4, 2))).timestamps; // Float64Array [6]
 * ```
 */
export function maskPixelsFilter(
  config: MaskPixelsConfig,
): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  config = soundOptions('no pixels can be masked', config, optionTable, 'pixels');
  const { losses = lossCounter() } = config;
  const places = config.pixels.map(({ x, y }) => ({ x, y }));
  const prepare = once((space: PixelSpace) => keptCells(space, places));
  const rooms = new Rooms();
  return copying(rooms, (given) => {
    given = soundPacket(given, 'pixels');
    const keep = prepare(given.space);
    const packet = knownPixels(given, losses);
    const { timestamps, addresses } = packet;
    const { times, addresses: kept } = rooms.for(addresses.length);
    let count = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      times[count] = timestamps[i]!;
      kept[count] = address;
      count += keep[address >>> 1]!;
    }
    return rooms.kept(packet, count);
  });
}

/** 1 for each pixel that is kept, by its address without polarity. */
function keptCells(space: PixelSpace, places: readonly PixelPlace[]): Uint8Array {
  const keep = new Uint8Array(pixelCells(space)).fill(1);
  const { yShift } = pixelBits(space);
  for (const { x, y } of places) {
    if (x >= space.width || y >= space.height) {
      throw new DataError(`pixel (${x}, ${y}) is to be masked; there are ${spaceText(space)}`);
    }
    keep[(y << (yShift - 1)) | x] = 0;
  }
  return keep;
}
