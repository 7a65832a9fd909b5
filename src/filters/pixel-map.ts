/** Filters that give each pixel another place: one table for columns, one for rows. */
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { type Losses, lossCounter } from '../events/losses.ts';
import { type PixelSpace, pixelBits, type Space } from '../events/space.ts';
import { copying, type Filter, knownPixels, once } from './filter.ts';
import { Rooms } from './room.ts';

/** Where pixels go: the new address is the sum of the parts for x, y and the polarity. */
export interface PixelMap<Out extends Space> {
  /** What the new addresses mean. */
  readonly space: Out;
  /** Part of the address for each x. */
  readonly ofX: Uint32Array;
  /** Part of the address for each y. */
  readonly ofY: Uint32Array;
  /** Part of the address for polarity 1. */
  readonly ofOn: number;
}

/** Makes a table of the numbers from 0 to below `length`. */
export function table(length: number, entryOf: (index: number) => number): Uint32Array {
  return Uint32Array.from({ length }, (_, i) => entryOf(i));
}

/** A map onto other pixels, by what becomes of each column and row. */
export function ontoPixels(
  from: PixelSpace,
  to: PixelSpace,
  xOf: (x: number) => number,
  yOf: (y: number) => number,
): PixelMap<PixelSpace> {
  const { yShift } = pixelBits(to);
  return {
    space: to,
    ofX: table(from.width, (x) => xOf(x) << 1),
    ofY: table(from.height, (y) => (yOf(y) << yShift) >>> 0),
    ofOn: 1,
  };
}

/** Makes a filter that keeps every event and gives it the address that a map says. */
export function mapPixels<Out extends Space>(
  mapOf: (space: PixelSpace) => PixelMap<Out>,
  losses: Losses = lossCounter(),
): Filter<AerPacket<PixelSpace>, AerPacket<Out>> {
  const prepare = once(mapOf);
  const rooms = new Rooms();
  return copying(rooms, (given: AerPacket<PixelSpace>) => {
    given = soundPacket(given, 'pixels');
    const { space, ofX, ofY, ofOn } = prepare(given.space);
    const packet = knownPixels(given, losses);
    const { addresses } = packet;
    const { yShift, xMask } = pixelBits(packet.space);
    const { addresses: moved } = rooms.for(addresses.length);
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      const x = (address >>> 1) & xMask;
      const y = address >>> yShift;
      moved[i] = (ofX[x]! + ofY[y]! + (-(address & 1) & ofOn)) | 0;
    }
    return rooms.moved(packet, addresses.length, space);
  });
}
