/** What becomes of the polarity of pixels. */
import { InvalidArgumentError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { lossesCheck } from '../events/losses.ts';
import type { PixelSpace } from '../events/space.ts';
import { type OptionTable, oneOf, optionProblems, readOnce } from '../options.ts';
import { within } from '../problems.ts';
import { copying, type Filter, type FilterConfig } from './filter.ts';
import { Rooms } from './room.ts';

/** `on` keeps what became brighter, `off` what became darker; `merge` makes all 1, `invert` exchanges them. */
export type PolarityChoice = 'on' | 'off' | 'merge' | 'invert';

const anyChoice = oneOf(['on', 'off', 'merge', 'invert']);
const optionTable: OptionTable<FilterConfig> = { losses: lossesCheck };

/**
 * Makes the filter of `polarity`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * polarityFilter('on')(aerPacket([5, 6], [0, 1], pixels(4, 2))).timestamps; // Float64Array [6]
 * ```
 */
export function polarityFilter(
  choice: PolarityChoice,
  config: FilterConfig = {},
): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  config = readOnce(config, optionTable);
  const problems = [...within('choice', anyChoice(choice)), ...optionProblems(config, optionTable)];
  if (problems.length > 0) throw new InvalidArgumentError('no polarity can be chosen', problems);
  if (choice === 'merge') return changing(1, 0);
  return choice === 'invert' ? changing(0, 1) : keeping(choice === 'on' ? 1 : 0);
}

/** Sets and exchanges bits of every address. */
function changing(
  set: number,
  exchange: number,
): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  const rooms = new Rooms();
  return copying(rooms, (packet) => {
    packet = soundPacket(packet, 'pixels');
    const { addresses } = packet;
    const { addresses: changed } = rooms.for(addresses.length);
    for (let i = 0; i < addresses.length; i++) changed[i] = (addresses[i]! | set) ^ exchange;
    return rooms.moved(packet, addresses.length, packet.space);
  });
}

/** Keeps the events of one polarity. */
function keeping(wanted: number): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  const rooms = new Rooms();
  return copying(rooms, (packet) => {
    packet = soundPacket(packet, 'pixels');
    const { timestamps, addresses } = packet;
    const { times, addresses: kept } = rooms.for(addresses.length);
    let count = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      times[count] = timestamps[i]!;
      kept[count] = address;
      count += (address ^ wanted ^ 1) & 1;
    }
    return rooms.kept(packet, count);
  });
}
