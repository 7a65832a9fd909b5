/** The chip families that Spikeline knows: one line for each. */
import type { ChipConfiguration } from './dynapse2/configuration.ts';
import { dynapse2 } from './dynapse2/family.ts';
import type { ChipFamily } from './family.ts';

/** Configuration of the family that is taken if none is named. */
export type DefaultConfiguration = ChipConfiguration;

/** The family that is taken if none is named. */
export const defaultFamily: ChipFamily<DefaultConfiguration> = dynapse2;

/** Families by name, as a link tells it. */
export const families: { readonly dynapse2: ChipFamily<ChipConfiguration> } = { dynapse2 };
