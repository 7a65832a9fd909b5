/** Addresses looked up in a table. */
import { InvalidArgumentError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { lossCounter, lossesCheck } from '../events/losses.ts';
import { addressLimit, type Space, spaceProblems, spaceText } from '../events/space.ts';
import { type OptionTable, optionProblems, readOnce } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import { copying, type Filter, type FilterConfig, unknownAddress } from './filter.ts';
import { Rooms } from './room.ts';

/** Configuration of `remap`. */
export interface RemapConfig<S extends Space> extends FilterConfig {
  /** New address of each old one; -1 leaves its events out. */
  readonly table: ArrayLike<number>;
  /** What the new addresses mean. */
  readonly space: S;
}

const optionTable: OptionTable<RemapConfig<Space>> = {
  table: (value) => {
    const length = (value as ArrayLike<number> | null)?.length;
    const is = typeof value === 'object' && Number.isSafeInteger(length) && length! > 0;
    return is ? [] : [problem('', 'wrong-type', value, 'a list of addresses is needed')];
  },
  space: spaceProblems,
  losses: lossesCheck,
};

/**
 * Makes the filter of `remap`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const swapped = remapFilter({ table: [1, 0, -1], space: channels(2) });
 * swapped(aerPacket([5, 6, 7], [0, 2, 1], channels(3))).addresses; // Uint32Array [1, 0]
 * ```
 */
export function remapFilter<S extends Space>(
  config: RemapConfig<S>,
): Filter<AerPacket, AerPacket<S>> {
  config = readOnce(config, optionTable);
  const problems = optionProblems(config, optionTable as never, 'table', 'space');
  if (problems.length === 0) problems.push(...entryProblems(config));
  if (problems.length > 0) throw new InvalidArgumentError('addresses cannot be changed', problems);
  const { space, losses = lossCounter() } = config;
  const target =
    addressLimit(space) > 2 ** 31 ? Float64Array.from(config.table) : Int32Array.from(config.table);
  const rooms = new Rooms();
  return copying(rooms, (packet) => {
    packet = soundPacket(packet);
    const { timestamps, addresses } = packet;
    const { times, addresses: kept } = rooms.for(addresses.length);
    let count = 0;
    let unknown = 0;
    for (let i = 0; i < addresses.length; i++) {
      const address = addresses[i]!;
      if (address >= target.length) {
        unknown++;
        continue;
      }
      const next = target[address]!;
      times[count] = timestamps[i]!;
      kept[count] = next;
      count += next < 0 ? 0 : 1;
    }
    losses.add(unknownAddress, unknown);
    return rooms.moved(packet, count, space);
  });
}

/** Names the first entry that is no address. */
function entryProblems({ table, space }: RemapConfig<Space>): Problem[] {
  const limit = addressLimit(space);
  for (let i = 0; i < table.length; i++) {
    const entry = table[i];
    if (Number.isSafeInteger(entry) && entry! >= -1 && entry! < limit) continue;
    const needed = `-1 or an address of ${spaceText(space)}, 0 to ${limit - 1}, is needed`;
    return within('table', [problem(`[${i}]`, 'out-of-range', entry, needed)]);
  }
  return [];
}
