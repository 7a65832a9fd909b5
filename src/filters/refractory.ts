/** Addresses that must rest after each event. */
import { DataError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { type Losses, lossCounter, lossesCheck } from '../events/losses.ts';
import {
  type ChannelSpace,
  type PixelSpace,
  pixelBits,
  type Space,
  spaceText,
} from '../events/space.ts';
import { microseconds } from '../events/ticks.ts';
import { number, type OptionTable, soundOptions } from '../options.ts';
import {
  copying,
  type Filter,
  type FilterConfig,
  knownPixels,
  mostCells,
  once,
  pixelCells,
  unknownAddress,
} from './filter.ts';
import { longestSpan, recentLimit, recentTimes } from './recent.ts';
import { type Room, Rooms } from './room.ts';

/** Configuration of `refractory`. */
export interface RefractoryConfig extends FilterConfig {
  /** Time for which an address is silent after an event that it was allowed, seconds. */
  readonly period: number;
}

const optionTable: OptionTable<RefractoryConfig> = {
  period: number({ min: 0, max: longestSpan / 1e6, unit: 'seconds' }),
  losses: lossesCheck,
};

/** Keeps events in the room and gives how many. */
type Keep = (packet: AerPacket, room: Room) => number;

/**
 * Makes the filter of `refractory`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const rested = refractoryFilter({ period: 1e-3 });
 * rested(aerPacket([0, 400, 1000], [1, 1, 1], channels(2))).timestamps; // Float64Array [0, 1000]
 * ```
 */
export function refractoryFilter<S extends Space>(
  config: RefractoryConfig,
): Filter<AerPacket<S>, AerPacket<S>> {
  config = soundOptions('no address can rest', config, optionTable, 'period');
  const { losses = lossCounter() } = config;
  const period = microseconds(config.period);
  const prepare = once((space: S) => keeperOf(space, period, losses));
  const rooms = new Rooms();
  return copying(rooms, (packet) => {
    packet = soundPacket(packet);
    const room = rooms.for(packet.addresses.length);
    return rooms.kept(packet, prepare(packet.space)(packet, room));
  });
}

/** What keeps the events of a space. */
function keeperOf(space: Space, period: number, losses: Losses): Keep {
  switch (space.kind) {
    case 'pixels':
      return ofPixels(space, period, losses);
    case 'channels':
      return ofChannels(space, period, losses);
    case 'chipWords':
      return ofWords(period);
  }
}

/** Keeps the time of each pixel in a table; both polarities rest together. */
function ofPixels(space: PixelSpace, period: number, losses: Losses): Keep {
  pixelCells(space);
  const { width, height } = space;
  const { yShift, xMask } = pixelBits(space);
  const recent = recentTimes(width * height);
  return (packet, { times, addresses: kept }) => {
    const { timestamps, addresses } = knownPixels(packet as AerPacket<PixelSpace>, losses);
    const { cells } = recent;
    let { base } = recent;
    let count = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      const x = (address >>> 1) & xMask;
      const y = address >>> yShift;
      const time = timestamps[i]!;
      if (!(time >= base && time < base + recentLimit)) base = recent.rebase(time);
      const now = (time - base) | 0;
      const cell = y * width + x;
      const rested = now - cells[cell]!;
      // Time that goes back by more than the period has begun anew.
      if (rested < period && rested > -period) continue;
      cells[cell] = now;
      times[count] = time;
      kept[count++] = address;
    }
    return count;
  };
}

/** The same for each channel. */
function ofChannels(space: ChannelSpace, period: number, losses: Losses): Keep {
  const { channels } = space;
  if (channels > mostCells) {
    throw new DataError(`${spaceText(space)} are too many to keep a time of each`);
  }
  const last = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
  return ({ timestamps, addresses }, { times, addresses: kept }) => {
    let count = 0;
    let unknown = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      if (address >= channels) {
        unknown++;
        continue;
      }
      const time = timestamps[i]!;
      const rested = time - last[address]!;
      if (rested < period && rested > -period) continue;
      last[address] = time;
      times[count] = time;
      kept[count++] = address;
    }
    losses.add(unknownAddress, unknown);
    return count;
  };
}

/** The same for addresses of which few of many occur. */
function ofWords(period: number): Keep {
  const last = new Map<number, number>();
  return ({ timestamps, addresses }, { times, addresses: kept }) => {
    let count = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      const time = timestamps[i]!;
      const rested = time - (last.get(address) ?? Number.NEGATIVE_INFINITY);
      if (rested < period && rested > -period) continue;
      last.set(address, time);
      times[count] = time;
      kept[count++] = address;
    }
    return count;
  };
}
