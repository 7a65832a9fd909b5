/** What is said to make a plain family. */
import type { ChipLimits, CurrentRange } from '../family.ts';

/** What differs between plain families. */
export interface PlainFamilyConfig {
  /** Name in messages, files and links. */
  readonly name: string;
  /** What a board offers. */
  readonly limits: ChipLimits;
  /** Base currents of a core; 1 if left out. */
  readonly bases?: number;
  /** Largest code of a weight. */
  readonly largestCode: number;
  /** Whether a weight is how many entries it takes; if not, each takes one entry, which holds its code. */
  readonly counted?: boolean;
  /** Sizes of the weights that the codes 0, 1, … stand for, with some base currents. */
  levels(base: readonly number[]): Float64Array;
  /**
   * Finds base currents for the weights of a core.
   *
   * @param effort the part of the full search that is made
   */
  findBase(weights: ArrayLike<number>, effort: number): readonly number[];
  /** Smallest and largest current that a core can be set to, amperes; 0 and 1 mA if left out. */
  readonly range?: Pick<CurrentRange, 'min' | 'max'>;
}
