/** Packets of address-events, and what a packet must be. */
import { DataError, InvalidArgumentError } from '../errors.ts';
import { firstNotFinite } from '../matrix.ts';
import { areNumbers, isBuilt, numberListProblems, readable, readItem, refuse } from '../options.ts';
import { fault, type Problem, problem, problemText, within } from '../problems.ts';
import { addressLimit, type Space, spaceProblems, spaceText } from './space.ts';

/** A run of address-events, sorted by time. */
export interface AerPacket<S extends Space = Space> {
  /** Whole microseconds, unwrapped: exact to 2^53. */
  readonly timestamps: Float64Array;
  /** What fired, as `space` says. Same length as `timestamps`. */
  readonly addresses: Uint32Array;
  /** What the addresses mean; the same in all packets of a stream. */
  readonly space: S;
  /**
   * The watermark, whole microseconds: everything before this time has been said, with this packet or before
   * it. A packet without events moves it, and so says that nothing happened.
   */
  readonly until: number;
}

/**
 * Makes a packet without events, which only lets time pass.
 *
 * @throws InvalidArgumentError if `until` is no whole number
 * @example
 * ```ts
 * emptyPacket(channels(2), 5000).until; // 5000
 * ```
 */
export function emptyPacket<S extends Space>(space: S, until = 0): AerPacket<S> {
  return aerPacket([], [], space, until);
}

/**
 * Makes a packet and checks it. `until` is the time of the last event if left out; 0 if there is none.
 *
 * @throws InvalidArgumentError with all problems: lengths that differ, times that are not whole or not
 * sorted, addresses that the space does not have, an `until` before the last event
 * @example
 * ```ts
 * aerPacket([10, 20], [0, 1], channels(2)).until; // 20
 * ```
 */
export function aerPacket<S extends Space>(
  timestamps: ArrayLike<number>,
  addresses: ArrayLike<number>,
  space: S,
  until?: number,
): AerPacket<S> {
  const lists = [
    ...within('timestamps', numberListProblems(timestamps, mostEvents)),
    ...within('addresses', numberListProblems(addresses, mostEvents)),
    ...within('space', spaceProblems(space)),
  ];
  if (lists.length > 0) throw new InvalidArgumentError('this packet cannot be made', lists);
  let packet: AerPacket<S> | undefined;
  refuse('this packet cannot be made', () => {
    const times = Float64Array.from(timestamps);
    packet = {
      timestamps: times,
      addresses: Uint32Array.from(addresses),
      space,
      until: until ?? times.at(-1) ?? 0,
    };
    return [
      ...timeProblems(packet, timestamps),
      ...addressProblems(packet, addresses),
      ...untilProblems(packet),
    ];
  });
  return packet!;
}

/** Events of a packet that is made of lists at most: they fill 800 MB. */
const mostEvents = 2 ** 26;

function timeProblems(
  { timestamps, addresses }: AerPacket,
  given: ArrayLike<number>,
): readonly Problem[] {
  const problems: Problem[] = [];
  if (timestamps.length !== addresses.length) {
    const counts = `${timestamps.length} timestamps stand against ${addresses.length} addresses`;
    problems.push(fault('', 'wrong-shape', `${counts}; each event needs one of each`));
  }
  const fraction = timestamps.findIndex((time) => !Number.isSafeInteger(time));
  if (fraction >= 0) {
    const path = `timestamps[${fraction}]`;
    problems.push(problem(path, 'out-of-range', given[fraction], 'whole microseconds are needed'));
  }
  const back = timestamps.findIndex((time, i, all) => i > 0 && time < all[i - 1]!);
  if (back >= 0) {
    const needed = `it lies before ${given[back - 1]} µs: sort the events by time`;
    problems.push(problem(`timestamps[${back}]`, 'conflict', given[back], needed));
  }
  return problems;
}

function addressProblems({ addresses, space }: AerPacket, given: ArrayLike<number>): Problem[] {
  const limit = addressLimit(space);
  const odd = addresses.findIndex((address, i) => address !== given[i] || address >= limit);
  if (odd < 0) return [];
  const needed = `whole numbers from 0 to ${limit - 1} are needed (${spaceText(space)})`;
  return [problem(`addresses[${odd}]`, 'out-of-range', given[odd], needed)];
}

function untilProblems({ timestamps, until }: AerPacket): Problem[] {
  if (!Number.isSafeInteger(until)) {
    return [problem('until', 'out-of-range', until, 'whole microseconds are needed')];
  }
  const last = timestamps.at(-1) ?? until;
  if (!(last > until)) return [];
  return [problem('until', 'conflict', until, `it lies before the last event at ${last} µs`)];
}

/** What to do with events of another kind than the one that is needed. */
const advice: Readonly<Record<Space['kind'], Partial<Record<Space['kind'], string>>>> = {
  channels: {
    pixels: 'toChannels() gives each pixel a channel',
    chipWords: 'decodeEvents() turns the words of a board into channels',
  },
  chipWords: { channels: 'name the words of each channel' },
  pixels: {},
};

/** What is wrong with something that should be a packet of addresses of a kind; undefined if nothing is. */
export function packetFault(packet: unknown, kind?: Space['kind']): Problem | undefined {
  const sound = hasForm(packet, kind) && firstNotFinite(packet.timestamps) < 0;
  return sound ? undefined : readably(faultIn, packet, kind);
}

/**
 * Whether something has the form of a packet, in a space that was made here: a look that makes nothing, since a stream has
 * thousands a second. What has not may still be a packet.
 */
function hasForm(packet: unknown, kind: Space['kind'] | undefined): packet is AerPacket {
  try {
    const { timestamps, addresses, space, until } = packet as AerPacket;
    return (
      areNumbers(timestamps, Float64Array) &&
      areNumbers(addresses, Uint32Array) &&
      timestamps.length === addresses.length &&
      isBuilt(space) &&
      (kind === undefined || space.kind === kind) &&
      Number.isFinite(until)
    );
  } catch {
    return false;
  }
}

function readably(
  look: typeof faultIn,
  packet: unknown,
  kind: Space['kind'] | undefined,
): Problem | undefined {
  const [found] = readable(() => {
    const own = look(packet, kind);
    return own === undefined ? [] : [own];
  });
  return found;
}

function faultIn(packet: unknown, kind: Space['kind'] | undefined): Problem | undefined {
  const odd = formFault(packet, kind);
  if (odd !== undefined) return odd;
  const { timestamps } = packet as AerPacket;
  const bad = firstNotFinite(timestamps);
  if (bad < 0) return undefined;
  const needed = 'it must be finite';
  return problem(`timestamp ${bad} of the packet`, 'not-finite', timestamps[bad], needed);
}

/** The same, without a look at each time. */
function formFault(packet: unknown, kind: Space['kind'] | undefined): Problem | undefined {
  const { timestamps, addresses, space, until } = (packet ?? {}) as AerPacket;
  if (!(areNumbers(timestamps, Float64Array) && areNumbers(addresses, Uint32Array))) {
    return fault('', 'wrong-type', 'this is no packet of events; make it with aerPacket()');
  }
  const [odd] = spaceProblems(space);
  if (odd !== undefined) {
    return fault('', odd.code, `the space of the packet cannot be: ${problemText(odd)}`);
  }
  if (kind !== undefined && space.kind !== kind) {
    const help = advice[kind][space.kind] ?? 'convert them first';
    const needed = `the packet has ${spaceText(space)}, but ${kind} are needed here: ${help}`;
    return fault('', 'conflict', needed);
  }
  if (timestamps.length !== addresses.length) {
    const counts = `${timestamps.length} timestamps and ${addresses.length} addresses`;
    return fault('', 'wrong-shape', `the packet has ${counts}`);
  }
  if (Number.isFinite(until)) return undefined;
  return problem('until of the packet', 'not-finite', until, 'it must be finite');
}

/**
 * Reads a packet, and refuses what is none, or one whose addresses mean something else than `kind`. A stream cannot be
 * trusted to hold what its type says.
 *
 * @returns the packet, each field of which was read once
 * @throws DataError that says what is wrong and what to do
 */
export function soundPacket<Packet>(given: Packet, kind?: Space['kind']): Packet & AerPacket {
  const packet = readItem(given);
  const found = packetFault(packet, kind);
  if (found !== undefined) throw new DataError(problemText(found));
  return packet as Packet & AerPacket;
}

/**
 * The same, but the times are not looked at: for what sees each of them anyway, and then asks {@link soundPacket} what is
 * wrong with one that is not finite.
 *
 * @throws DataError that says what is wrong and what to do
 */
export function soundForm<Packet>(given: Packet, kind?: Space['kind']): Packet & AerPacket {
  const packet = readItem(given);
  if (hasForm(packet, kind)) return packet as Packet & AerPacket;
  const found = readably(formFault, packet, kind);
  if (found !== undefined) throw new DataError(problemText(found));
  return packet as Packet & AerPacket;
}
