/** What becomes of the polarity of pixels. */
import { InvalidArgumentError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { lossesCheck } from '../events/losses.ts';
import type { PixelSpace } from '../events/space.ts';
import { type OptionTable, oneOf, optionProblems, readOnce } from '../options.ts';
import { within } from '../problems.ts';
import { copying, type Filter, type FilterConfig, growingRoom, keptPacket } from './filter.ts';

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
  return copying((packet) => {
    packet = soundPacket(packet, 'pixels');
    const { timestamps, space, until } = packet;
    const addresses = new Uint32Array(timestamps.length);
    for (let i = 0; i < addresses.length; i++) {
      addresses[i] = (packet.addresses[i]! | set) ^ exchange;
    }
    return { timestamps, addresses, space, until };
  });
}

/** Keeps the events of one polarity. */
function keeping(wanted: number): Filter<AerPacket<PixelSpace>, AerPacket<PixelSpace>> {
  const roomFor = growingRoom();
  return copying((packet) => {
    packet = soundPacket(packet, 'pixels');
    const { timestamps, addresses } = packet;
    const room = roomFor(addresses.length);
    const [times, kept] = [room.times, room.addresses];
    let count = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      times[count] = timestamps[i]!;
      kept[count] = address;
      count += (address ^ wanted ^ 1) & 1;
    }
    return keptPacket(packet, room, count);
  });
}
