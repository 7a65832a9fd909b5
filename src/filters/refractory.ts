/** Addresses that must rest after each event. */
import { DataError, InvalidArgumentError } from '../errors.ts';
import { type AerPacket, checkPacket } from '../events/aer-packet.ts';
import { type Losses, lossCounter } from '../events/losses.ts';
import { type ChannelSpace, pixelBits, type Space, spaceText } from '../events/space.ts';
import { microseconds } from '../events/ticks.ts';
import { number, type OptionTable, optionProblems } from '../options.ts';
import {
  type Filter,
  type FilterConfig,
  growingRoom,
  keptPacket,
  lossesCheck,
  mostCells,
  once,
  pixelCells,
  type Room,
  unknownAddress,
} from './filter.ts';

/** Configuration of `refractory`. */
export interface RefractoryConfig extends FilterConfig {
  /** Time for which an address is silent after an event that it was allowed, seconds. */
  readonly period: number;
}

const optionTable: OptionTable<RefractoryConfig> = {
  period: number({ min: 0, max: 1e6, unit: 'seconds' }),
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
  const problems = optionProblems(config, optionTable, 'period');
  if (problems.length > 0) throw new InvalidArgumentError('no address can rest', problems);
  const { losses = lossCounter() } = config;
  const period = microseconds(config.period);
  const prepare = once((space: S) => keeperOf(space, period, losses));
  const roomFor = growingRoom();
  return (packet) => {
    checkPacket(packet);
    const room = roomFor(packet.addresses.length);
    return keptPacket(packet, room, prepare(packet.space)(packet, room));
  };
}

/** What keeps the events of a space. */
function keeperOf(space: Space, period: number, losses: Losses): Keep {
  switch (space.kind) {
    case 'pixels': {
      const { xMask } = pixelBits(space);
      return inTable(pixelCells(space), 1, xMask, space.width, period, losses);
    }
    case 'channels':
      return inTable(channelCells(space), 0, 0, 1, period, losses);
    case 'chipWords':
      return inMap(period);
  }
}

function channelCells(space: ChannelSpace): number {
  if (space.channels <= mostCells) return space.channels;
  throw new DataError(`${spaceText(space)} are too many to keep a time of each`);
}

/** Keeps the time of each address in a table; both polarities of a pixel rest together. */
function inTable(
  cells: number,
  shift: number,
  mask: number,
  width: number,
  period: number,
  losses: Losses,
): Keep {
  const last = new Float64Array(cells).fill(Number.NEGATIVE_INFINITY);
  return ({ timestamps, addresses }, { times, addresses: kept }) => {
    let count = 0;
    let unknown = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      const cell = address >>> shift;
      if (cell >= cells || (cell & mask) >= width) {
        unknown++;
        continue;
      }
      const time = timestamps[i]!;
      const rested = time - last[cell]!;
      // Time that goes back by more than the period has begun anew.
      if (rested < period && rested > -period) continue;
      last[cell] = time;
      times[count] = time;
      kept[count++] = address;
    }
    losses.add(unknownAddress, unknown);
    return count;
  };
}

/** The same for addresses of which few of many occur. */
function inMap(period: number): Keep {
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
