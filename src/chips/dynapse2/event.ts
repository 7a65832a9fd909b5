import { InvalidArgumentError } from '../../errors.ts';
import { number, readItem, refuse } from '../../options.ts';
import { type Problem, problem, within } from '../../problems.ts';
import type { Route } from '../family.ts';
import { hasFields } from './fields.ts';
import { chipLimits } from './limits.ts';

/** Where an event goes: a tag, for some cores of the chip that lies so many hops away. */
export interface Destination {
  /** Cores 0…3 that look the tag up. */
  readonly core: readonly [boolean, boolean, boolean, boolean];
  /** Hops east, -7…7. */
  readonly xHop: number;
  /** Hops north, -7…7. */
  readonly yHop: number;
  /** 0…2047. */
  readonly tag: number;
}

/** Hop count that sends an event off the board, to the FPGA and so to the host. */
export const fpgaHop: number = -chipLimits.hops;

/** Tag of the echo event, with which a host asks the FPGA for its time. */
export const echoTag = 2047;

const { tags, hops } = chipLimits;
const tagCheck = number({ min: 0, max: tags - 1, whole: true });
const hopCheck = number({ min: -hops, max: hops, whole: true });

/** Whether something is a whole number in a range. */
export function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max && value % 1 === 0;
}

/** Four switches as a mask, the lowest bit first; -1 if something is no list of four switches. */
export function switchMask(list: unknown): number {
  if (!Array.isArray(list) || list.length !== 4) return -1;
  let mask = 0;
  for (let bit = 0; bit < 4; bit++) {
    const on: unknown = list[bit];
    if (typeof on !== 'boolean') return -1;
    if (on) mask |= 1 << bit;
  }
  return mask;
}

/**
 * Packs a destination into the bits of {@link eventWord}; -1 if something is none. A board has thousands: each field is read once, and
 * nothing is made.
 */
export function destinationWord(destination: unknown): number {
  if (!hasFields(destination)) return -1;
  const { core, xHop, yHop, tag } = destination;
  const cores = switchMask(core);
  const near = isWhole(xHop, -hops, hops) && isWhole(yHop, -hops, hops);
  if (cores < 0 || !near || !isWhole(tag, 0, tags - 1)) return -1;
  return (cores << 20) | ((xHop + hops) << 16) | ((yHop + hops) << 12) | tag;
}

/** Lists what is wrong with a destination, of any type; empty if all is well. */
export function destinationProblems(destination: unknown): Problem[] {
  if (!hasFields(destination)) {
    return [problem('', 'wrong-type', destination, 'a destination is needed')];
  }
  const { core, tag, xHop, yHop } = destination;
  return [
    ...(switchMask(core) >= 0
      ? []
      : [problem('core', 'wrong-shape', core, `${chipLimits.cores} switches are needed`)]),
    ...within('tag', tagCheck(tag)),
    ...within('xHop', hopCheck(xHop)),
    ...within('yHop', hopCheck(yHop)),
  ];
}

/** Cores as a 4-bit mask; core 0 is the lowest bit. */
export function coreMask(core: Destination['core']): number {
  return switchMask(core);
}

/** Cores of a 4-bit mask. */
export function coresOf(mask: number): Destination['core'] {
  return [(mask & 1) !== 0, (mask & 2) !== 0, (mask & 4) !== 0, (mask & 8) !== 0];
}

/**
 * Packs a destination into 24 bits: cores [23:20], xHop + 7 [19:16], yHop + 7 [15:12], tag [11:0].
 * This is the order that samna's users sort by; the bits on the real bus are not public. It serves
 * as the address of chip events and as the SRAM word of the virtual board.
 *
 * @throws InvalidArgumentError with all reasons
 */
export function eventWord(destination: Destination): number {
  destination = readItem(destination);
  refuse('invalid event', () => destinationProblems(destination));
  return destinationWord(destination);
}

const wordCheck = number({ min: 0, max: 2 ** 32 - 1, whole: true });

/**
 * Unpacks the 24 bits of {@link eventWord}.
 *
 * @throws InvalidArgumentError if it is no word of 32 bits
 */
export function eventOf(word: number): Destination {
  if (!(typeof word === 'number' && word === word >>> 0)) {
    throw new InvalidArgumentError('invalid event', within('word', wordCheck(word)));
  }
  return {
    core: coresOf((word >> 20) & 15),
    xHop: ((word >> 16) & 15) - 7,
    yHop: ((word >> 12) & 15) - 7,
    tag: word & 0xfff,
  };
}

/** Word that a host sends to be given the time. */
export const echoWord: number = eventWord({
  core: [true, true, true, true],
  xHop: fpgaHop,
  yHop: fpgaHop,
  tag: echoTag,
});

/** Word that comes back: one hop on its way. */
export const echoReply: number = eventWord({
  core: [true, true, true, true],
  xHop: fpgaHop + 1,
  yHop: fpgaHop,
  tag: echoTag,
});

/** Word under which the FPGA reports a monitored neuron's spike of `chip` to the host. */
export function monitorReply(chip: number, core: number, neuron: number): number {
  const { tag } = monitorDestination(core, neuron);
  return eventWord({
    core: [true, true, true, true],
    xHop: fpgaHop + 1 + chip,
    yHop: 0,
    tag,
  });
}

/** Event word with which the host, one hop before the first chip, follows a route. */
export function inputWord({ chip, cores, tag }: Route): number {
  return eventWord({ core: coresOf(cores), xHop: chip, yHop: 0, tag });
}

/**
 * Destination that makes a neuron's spikes visible to the host: its own id as the tag. No hops north, by which spikes and
 * echoes are told apart; Rockpool sends them {@link fpgaHop} far, which is read as well.
 */
export function monitorDestination(core: number, neuron: number): Destination {
  return {
    core: [true, true, true, true],
    xHop: fpgaHop,
    yHop: 0,
    tag: core * chipLimits.neurons + neuron,
  };
}
