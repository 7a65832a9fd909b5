/** Whether a configuration, or a change of one, fits a board. */
import type { ChipSilicon, MemoryWords } from '../chips/family.ts';
import { InvalidArgumentError } from '../errors.ts';
import { readOnce } from '../options.ts';
import { fault, type Problem, within } from '../problems.ts';

/** What a board of some family has room for. */
export interface Room<Configuration> {
  readonly family: ChipSilicon<Configuration>;
  /** Chips that can be configured. */
  readonly chips: number;
  /** What to do where there are more: `open a larger board`. */
  readonly remedy: string;
}

/** Refuses a configuration in which something is wrong, or that is for more chips. */
function refuse(
  problems: readonly Problem[],
  used: () => number,
  { chips, remedy }: Pick<Room<unknown>, 'chips' | 'remedy'>,
): void {
  const all = within('configuration', problems);
  if (all.length === 0 && used() > chips) {
    const needed = `${used()} chips are configured; the board has ${chips}: ${remedy}`;
    all.push(fault('configuration', 'too-large', needed));
  }
  if (all.length > 0) {
    throw new InvalidArgumentError('this configuration does not fit the board', all);
  }
}

/**
 * Refuses a configuration that does not fit a board.
 *
 * @throws InvalidArgumentError with everything for which it does not
 */
export function refuseUnfit<Configuration>(
  configuration: Configuration,
  room: Room<Configuration>,
): void {
  const { family } = room;
  refuse(family.problems(configuration), () => family.chipsOf(configuration), room);
}

/**
 * Writes a configuration into memory words of a board; its fields are read once.
 *
 * @throws InvalidArgumentError with everything for which it does not fit
 */
export function fittingMemories<Configuration>(
  configuration: Configuration,
  room: Room<Configuration>,
): MemoryWords[] {
  let memories: MemoryWords[];
  try {
    memories = room.family.memories(configuration);
  } catch (cause) {
    if (cause instanceof InvalidArgumentError) refuse(cause.problems, () => 0, room);
    throw cause;
  }
  refuse([], () => memories.length, room);
  return memories;
}

/**
 * Reads a change once.
 *
 * @param configured chips that are configured; undefined if nothing is yet
 * @throws InvalidArgumentError with everything for which it cannot be
 */
export function fittingDelta<Delta>(
  delta: Delta,
  { family, chips }: Pick<Room<never>, 'family' | 'chips'>,
  configured: number | undefined,
): Delta {
  const read = readOnce(delta);
  const problems = family.deltaProblems(read, configured ?? chips);
  if (configured === undefined) problems.push(fault('', 'missing', 'nothing is configured yet'));
  if (problems.length > 0) throw new InvalidArgumentError('this change cannot be', problems);
  return read;
}
