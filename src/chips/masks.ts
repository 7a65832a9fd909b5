/** Weights as four-bit masks over base currents: one way in which a family can hold the weights of a core. */
import { InvalidArgumentError } from '../errors.ts';
import {
  number,
  type OptionTable,
  optionProblems,
  readable,
  readOnce,
  seedCheck,
} from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import { baseCount, findBase, type QuantiseOptions, subsetSums } from './base-search.ts';

export {
  baseCount,
  defaultHops,
  defaultRestarts,
  type QuantiseOptions,
  subsetSums,
} from './base-search.ts';

import type { QuantisedWeights } from './family.ts';

const finite = number();

/** Lists what keeps a value from being weights: a list of finite numbers. */
function weightProblems(weights: unknown): Problem[] {
  if (!Array.isArray(weights) && !ArrayBuffer.isView(weights)) {
    return [problem('weights', 'wrong-type', weights, 'a list of numbers is needed')];
  }
  const list = weights as unknown as ArrayLike<unknown>;
  for (let i = 0; i < list.length; i++) {
    if (Number.isFinite(list[i])) continue;
    return within(`weights[${i}]`, finite(list[i]));
  }
  return [];
}

/** Refuses weights that cannot be quantised. */
export function checkWeights(weights: unknown, ...others: readonly Problem[]): void {
  const problems = [...readable(() => weightProblems(weights)), ...others];
  if (problems.length > 0) {
    throw new InvalidArgumentError('these weights cannot be quantised', problems);
  }
}

/** Descents at most: a full search makes 1600. */
const mostDescents = 1e6;

const table: OptionTable<QuantiseOptions> = {
  seed: seedCheck,
  restarts: number({ min: 1, max: mostDescents, whole: true }),
  hops: number({ min: 0, max: mostDescents, whole: true }),
};

const positive = number({ min: 0 });

/** Lists what keeps a value from being base currents. */
function baseProblems(base: unknown): Problem[] {
  return readable(() => {
    if (!Array.isArray(base) || base.length !== baseCount) {
      return [problem('base', 'wrong-shape', base, `${baseCount} base currents are needed`)];
    }
    return Array.from<unknown>(base).flatMap((value, i) => within(`base[${i}]`, positive(value)));
  });
}

/**
 * Gives each weight the mask whose sum lies nearest.
 *
 * @throws InvalidArgumentError if a weight is not finite, or if the base currents are not four of at least 0
 * @example
 * ```ts
 * encodeWeights([3, -8], [1, 2, 4, 8]).codes; // Uint8Array [3, 8]
 * ```
 */
export function encodeWeights(
  weights: ArrayLike<number>,
  base: readonly number[],
): QuantisedWeights {
  checkWeights(weights, ...readable(() => baseProblems(base)));
  const levels = subsetSums(base);
  const codes = new Uint8Array(weights.length);
  const values = new Float64Array(weights.length);
  let squared = 0;
  let nonZero = 0;
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(weights[i]!);
    if (size === 0) continue;
    let best = 0;
    for (let mask = 1; mask < levels.length; mask++) {
      if (Math.abs(levels[mask]! - size) < Math.abs(levels[best]! - size)) best = mask;
    }
    codes[i] = best;
    values[i] = best === 0 ? 0 : Math.sign(weights[i]!) * levels[best]!;
    squared += (levels[best]! - size) ** 2;
    nonZero++;
  }
  return { base, codes, values, mse: nonZero === 0 ? 0 : squared / nonZero };
}

/**
 * Finds four base currents, none negative, and a mask for each weight, so that the squared error on
 * the weights that are not zero is least: Lloyd's descent over the 16 subset sums from many random
 * starts, then from disturbed copies of the best. Deterministic for a seed.
 *
 * @throws InvalidArgumentError if a weight is not finite or an option cannot be
 * @example
 * ```ts
 * quantise([1, -2, 3, 0]).mse < 1e-12; // true; 1 and 2 are bases, 3 is both
 * ```
 */
export function quantise(
  weights: ArrayLike<number>,
  options: QuantiseOptions = {},
): QuantisedWeights {
  options = readOnce(options, table);
  checkWeights(weights, ...optionProblems(options, table));
  let largest = 0;
  for (let i = 0; i < weights.length; i++) largest = Math.max(largest, Math.abs(weights[i]!));
  if (largest === 0) return encodeWeights(weights, [0, 0, 0, 0]);
  const base = findBase(weights, largest, options);
  return encodeWeights(weights, base);
}
