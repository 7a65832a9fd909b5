/** Which chip family is meant: the one that a link names, or the one that is taken if none is named. */
import type { ChipConfiguration } from './dynapse2/configuration.ts';
import type { ChipFamily } from './family.ts';
import * as table from './table.ts';

/** Configuration of the family that is taken if none is named. */
export type DefaultConfiguration = ChipConfiguration;

/** The family that is taken if none is named. */
export const defaultFamily: ChipFamily<DefaultConfiguration> = table.dynapse2;

const families = new Map<string, object>(Object.values(table).map((own) => [own.name, own]));

/**
 * Gives the chip family of a name, as a link tells it; undefined if it is not in the table.
 *
 * @example
 * ```ts
 * familyNamed('dynapse2')?.limits.neurons; // 256
 * ```
 */
export function familyNamed<Configuration = unknown>(
  name: string,
): ChipFamily<Configuration> | undefined {
  // Whoever names a family knows its configuration.
  return families.get(name) as ChipFamily<Configuration> | undefined;
}
