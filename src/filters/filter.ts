/** What filters of events share: their form, the room that they work in, and what they count. */
import { DataError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import type { Losses } from '../events/losses.ts';
import { type PixelSpace, pixelBits, type Space, sameSpace, spaceText } from '../events/space.ts';
import type { Rooms } from './room.ts';

/**
 * A step of a stream that gives one item for each. It may keep state from item to item, so that each stream needs its
 * own; what is given out is never written again, unless it is given back.
 */
export interface Filter<In, Out> {
  /**
   * Takes the next item of the stream.
   *
   * @throws DataError if it is not what the filter takes
   */
  (item: In): Out;
  /** Gives what is still held when the stream ends; absent if nothing ever is. */
  readonly end?: () => Out | undefined;
  /** Whether it needs nothing of an item later, and gives out copies, or arrays of it as a whole. */
  readonly copies?: boolean;
  /**
   * Takes an item back that it gave out, and lays later ones down in its place; absent if it makes each anew. Nobody may look at
   * that item afterwards.
   */
  giveBack?(item: Out): void;
}

/** Says of a filter that it {@link Filter.copies}, and takes what it gave out back into the rooms where it lays events down. */
export function copying<In extends AerPacket, Out extends AerPacket>(
  rooms: Rooms,
  filter: (packet: In) => Out,
): Filter<In, Out> {
  return Object.assign(filter, {
    copies: true,
    giveBack: (packet: Out) => rooms.giveBack(packet),
  });
}

/** A step of a stream that gives any number of items for each. */
export interface Slicer<In, Out> {
  /**
   * Takes the next item of the stream and gives what it completes, in order.
   *
   * @throws DataError if it is not what the slicer takes
   */
  push(item: In, emit: Emit<Out>): void;
  /**
   * Goes on with the item that `emit` has said enough of, and gives whether some of it may still be left; absent if
   * that item is done with then.
   */
  goOn?(emit: Emit<Out>): boolean;
  /** Gives what is still held when the stream ends. */
  end(emit: Emit<Out>): void;
}

/** Takes what is complete; gives `true` if nobody needs more, or not now. */
export type Emit<Out> = (item: Out) => unknown;

/** What every filter can be given. */
export interface FilterConfig {
  /** Counts what has no place; the filter's own if left out. */
  readonly losses?: Losses;
}

/**
 * Prepares a filter once for the space of its stream, when its first packet comes; a stream that changes its space is
 * refused.
 */
export function once<S extends Space, T>(prepare: (space: S) => T): (space: S) => T {
  let known: S | undefined;
  let prepared: T;
  return (space) => {
    if (space === known) return prepared;
    if (known === undefined) prepared = prepare(space);
    else if (!sameSpace(space, known)) {
      throw new DataError(
        `a packet has ${spaceText(space)} in a stream of ${spaceText(known)}; give each its own filter`,
      );
    }
    known = space;
    return prepared;
  };
}

/** Cells of the largest table over addresses that a filter keeps. */
export const mostCells: number = 2 ** 26;

/**
 * How many cells a table needs that is looked up by the address of a pixel without its polarity.
 *
 * @throws DataError if they are too many to be kept
 */
export function pixelCells(space: PixelSpace): number {
  const cells = space.height * 2 ** (pixelBits(space).yShift - 1);
  if (cells <= mostCells) return cells;
  throw new DataError(
    `${spaceText(space)} are too many to keep something of each; crop() or downsample() them first`,
  );
}

/**
 * Gives a packet without the events whose pixels there are not, which are counted; the same packet if there are none. What comes
 * after it need not look, and is twice as fast for it.
 */
export function knownPixels(packet: AerPacket<PixelSpace>, losses: Losses): AerPacket<PixelSpace> {
  const { addresses, space } = packet;
  const { yShift, xMask } = pixelBits(space);
  const [lastX, lastY] = [space.width - 1, space.height - 1];
  let distances = 0;
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i]!;
    distances |= (lastX - ((address >>> 1) & xMask)) | (lastY - (address >>> yShift));
  }
  return distances >= 0 ? packet : withoutUnknown(packet, losses);
}

/** Whether there is a pixel of an address. */
function pixelsOf(space: PixelSpace): (address: number) => boolean {
  const { yShift, xMask } = pixelBits(space);
  return (address) => ((address >>> 1) & xMask) < space.width && address >>> yShift < space.height;
}

/** How many events of a packet have pixels that there are not. */
export function unknownPixels({ addresses, space }: AerPacket<PixelSpace>): number {
  const is = pixelsOf(space);
  return addresses.reduce((count, address) => (is(address) ? count : count + 1), 0);
}

function withoutUnknown(packet: AerPacket<PixelSpace>, losses: Losses): AerPacket<PixelSpace> {
  const { timestamps, addresses, space } = packet;
  const is = pixelsOf(space);
  const kept = addresses.filter(is);
  losses.add(unknownAddress, addresses.length - kept.length);
  return { ...packet, timestamps: timestamps.filter((_, i) => is(addresses[i]!)), addresses: kept };
}

/** Name under which events are counted whose address the space of their packet does not have. */
export const unknownAddress: string = 'unknownAddress';
