/** One stream taken apart into several, by what fired. */
import { DataError, InvalidArgumentError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { lossCounter, lossesCheck } from '../events/losses.ts';
import { type ChannelSpace, type ChipWordSpace, channels, spaceText } from '../events/space.ts';
import {
  mostProblems,
  number,
  numberListProblems,
  type OptionTable,
  optionProblems,
  readOnce,
} from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import type { Filter, FilterConfig } from './filter.ts';

/** Configuration of `splitByAddress`. */
export interface SplitByAddressConfig<Name extends string> extends FilterConfig {
  /** Addresses of each part, which become its channels 0, 1, …; no address is in two. */
  readonly parts: { readonly [name in Name]: ArrayLike<number> };
}

/** A packet for each part, all with the same `until`. */
export type Parts<Name extends string> = { readonly [name in Name]: AerPacket<ChannelSpace> };

const anyAddress = number({ min: 0, max: 2 ** 32 - 1, whole: true });

const optionTable: OptionTable<SplitByAddressConfig<string>> = {
  parts: (value) => {
    const is = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
    if (!is) return [problem('', 'wrong-type', value, 'lists of addresses by name are needed')];
    return sharedProblems(value as Readonly<Record<string, unknown>>);
  },
  losses: lossesCheck,
};

/** Addresses of a part at most. */
const mostAddresses = 2 ** 24;

/** Finds what is no list of addresses, and addresses that are in two. */
function sharedProblems(parts: Readonly<Record<string, unknown>>): Problem[] {
  const taken = new Map<number, string>();
  const problems: Problem[] = [];
  for (const [name, list] of Object.entries(parts)) {
    const unfit = numberListProblems(list, mostAddresses);
    if (unfit.length > 0 || (list as ArrayLike<number>).length === 0) {
      const needed = 'a list of addresses is needed';
      const empty = problem('', 'wrong-type', list, needed);
      problems.push(...within(name, unfit.length > 0 ? unfit : [empty]));
      continue;
    }
    for (const [i, address] of Array.from(list as ArrayLike<number>).entries()) {
      if (problems.length >= mostProblems) break;
      const path = `${name}[${i}]`;
      const odd = within(path, anyAddress(address));
      problems.push(...odd);
      if (odd.length === 0 && taken.has(address)) {
        problems.push(problem(path, 'duplicate', address, `${taken.get(address)} has it too`));
      }
      taken.set(address, path);
    }
  }
  return problems;
}

/**
 * Makes the filter of `splitByAddress`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const split = splitByAddressFilter({ parts: { even: [0, 2], odd: [1, 3] } });
 * split(aerPacket([5, 6, 7], [0, 3, 2], channels(4))).even.addresses; // Uint32Array [0, 1]
 * ```
 */
export function splitByAddressFilter<Name extends string>(
  config: SplitByAddressConfig<Name>,
): Filter<AerPacket<ChannelSpace | ChipWordSpace>, Parts<Name>> {
  config = readOnce(config, optionTable);
  const problems = optionProblems(config, optionTable as never, 'parts');
  if (problems.length > 0) throw new InvalidArgumentError('events cannot be split', problems);
  const { losses = lossCounter() } = config;
  const names = Object.keys(config.parts) as Name[];
  const lists = names.map((name) => Array.from(config.parts[name]));
  const spaces = lists.map((list) => channels(list.length));
  const partOf = Int32Array.from(lists.flatMap((list, part) => list.map(() => part)));
  const channelOf = Uint32Array.from(lists.flatMap((list) => list.map((_, channel) => channel)));
  const placeOf = lookUp(lists.flat());
  const [counts, filled] = [new Uint32Array(names.length), new Uint32Array(names.length)];
  let places = new Int32Array(0);
  return (packet) => {
    packet = soundPacket(packet);
    refusePixels(packet);
    const { timestamps, addresses, until } = packet;
    if (places.length < addresses.length) places = new Int32Array(2 * addresses.length);
    counts.fill(0);
    filled.fill(0);
    let other = 0;
    for (let i = 0; i < addresses.length; i++) {
      const place = placeOf(addresses[i]!);
      places[i] = place;
      if (place < 0) other++;
      else counts[partOf[place]!]!++;
    }
    const parts = names.map((_, part) => ({
      timestamps: new Float64Array(counts[part]!),
      addresses: new Uint32Array(counts[part]!),
      space: spaces[part]!,
      until,
    }));
    for (let i = 0; i < addresses.length; i++) {
      const place = places[i]!;
      if (place < 0) continue;
      const part = partOf[place]!;
      const at = filled[part]!++;
      parts[part]!.timestamps[at] = timestamps[i]!;
      parts[part]!.addresses[at] = channelOf[place]!;
    }
    losses.add('otherAddress', other);
    return Object.fromEntries(names.map((name, part) => [name, parts[part]!])) as Parts<Name>;
  };
}

function refusePixels({ space }: AerPacket): void {
  if (space.kind !== 'pixels') return;
  const help = 'crop() takes pictures apart, and toChannels() makes channels of pixels';
  throw new DataError(`the packet has ${spaceText(space)}; ${help}`);
}

/** Largest address of a table; addresses above are looked up as those of a board are, few of many. */
const mostTable = 2 ** 22;

/** Finds the place of an address in a list, -1 if it has none. */
function lookUp(list: readonly number[]): (address: number) => number {
  const last = list.reduce((most, address) => Math.max(most, address), 0);
  if (last < mostTable) {
    const table = new Int32Array(last + 1).fill(-1);
    for (const [place, address] of list.entries()) table[address] = place;
    return (address) => (address <= last ? table[address]! : -1);
  }
  const places = new Map(list.map((address, place) => [address, place]));
  return (address) => places.get(address) ?? -1;
}
