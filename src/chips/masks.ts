/** Weights as four-bit masks over base currents: one way in which a family can hold the weights of a core. */
import { InvalidArgumentError } from '../errors.ts';
import { type Random, randomStream } from '../random.ts';
import type { QuantisedWeights } from './family.ts';

/** Base currents of a core, and with them the 16 weights that a 4-bit mask can select. */
export const baseCount = 4;

/** Descents from random bases that are made if nothing else is said. */
export const defaultRestarts = 1000;

/** Descents from disturbed copies of the best that are made if nothing else is said. */
export const defaultHops = 600;

/** How hard to look. */
export interface QuantiseOptions {
  /** Seed of the restarts; 0 where left out. */
  readonly seed?: number;
  /** Independent descents from random bases; 1000 where left out. */
  readonly restarts?: number;
  /** Descents from disturbed copies of the best so far; 600 where left out. */
  readonly hops?: number;
}

/** Refuses weights that cannot be quantised. */
export function checkWeights(weights: ArrayLike<number>): void {
  const bad = Array.from(weights).findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InvalidArgumentError('these weights cannot be quantised', [
      `weight ${bad} is ${weights[bad]}; a finite number is needed`,
    ]);
  }
}

/** Magnitudes in order with running sums, so that an interval's statistics cost two look-ups. */
interface Magnitudes {
  readonly sorted: Float64Array;
  readonly sums: Float64Array;
  readonly squares: number;
}

/** Magnitudes as fractions of `largest`, so that no square overflows or vanishes. */
function magnitudesOf(weights: ArrayLike<number>, largest: number): Magnitudes {
  const sorted = Float64Array.from(weights, (weight) => Math.abs(weight) / largest)
    .filter((value) => value > 0)
    .sort();
  const sums = new Float64Array(sorted.length + 1);
  let squares = 0;
  for (let i = 0; i < sorted.length; i++) {
    sums[i + 1] = sums[i]! + sorted[i]!;
    squares += sorted[i]! ** 2;
  }
  return { sorted, sums, squares };
}

/** Number of magnitudes below `bound`, of which there are at least `known`. */
function countBelow(sorted: Float64Array, bound: number, known: number): number {
  let low = known;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The 16 subset sums of `base`, in the order of their masks; written to `sums` where it is given. */
export function subsetSums(
  base: ArrayLike<number>,
  sums: Float64Array = new Float64Array(1 << baseCount),
): Float64Array {
  for (let mask = 1; mask < sums.length; mask++) {
    const lowest = 31 - Math.clz32(mask & -mask);
    sums[mask] = sums[mask & (mask - 1)]! + base[lowest]!;
  }
  return sums;
}

/** Puts `order` into ascending order of what it points to; quick where it nearly is. */
function sortBy(order: number[], values: Float64Array): void {
  for (let i = 1; i < order.length; i++) {
    const moving = order[i]!;
    let at = i;
    for (; at > 0 && values[order[at - 1]!]! > values[moving]!; at--) order[at] = order[at - 1]!;
    order[at] = moving;
  }
}

/** Solves the normal equations over the bases in `active`; undefined where they are singular. */
function solve(gram: Float64Array, right: Float64Array, active: readonly number[]) {
  const size = active.length;
  const rows = active.map((i) => [...active.map((j) => gram[i * baseCount + j]!), right[i]!]);
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let r = pivot + 1; r < size; r++) {
      if (Math.abs(rows[r]![pivot]!) > Math.abs(rows[best]![pivot]!)) best = r;
    }
    [rows[pivot], rows[best]] = [rows[best]!, rows[pivot]!];
    const divisor = rows[pivot]![pivot]!;
    if (Math.abs(divisor) < 1e-12) return undefined;
    for (let r = 0; r < size; r++) {
      if (r === pivot) continue;
      const factor = rows[r]![pivot]! / divisor;
      for (let c = pivot; c <= size; c++) rows[r]![c] = rows[r]![c]! - factor * rows[pivot]![c]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}

/** Least squares over the bases, none below zero: drops the most negative one and solves again. */
function solveNonNegative(gram: Float64Array, right: Float64Array, base: number[]): boolean {
  let active = Array.from({ length: baseCount }, (_, i) => i).filter(
    (i) => gram[i * baseCount + i]! > 0,
  );
  while (active.length > 0) {
    const solution = solve(gram, right, active);
    if (solution === undefined) return false;
    const worst = solution.indexOf(Math.min(...solution));
    if (solution[worst]! >= 0) {
      for (const [k, i] of active.entries()) base[i] = solution[k]!;
      return true;
    }
    base[active[worst]!] = 0;
    active = active.filter((_, k) => k !== worst);
  }
  return false;
}

/** Largest number of turns of a descent; few need half of it. */
const mostTurns = 200;

/** A descent that gains less than this fraction in a turn is over while many are compared. */
const searchGain = 1e-4;

/** The same for the best of them. */
const finalGain = 1e-12;

/**
 * Prepares Lloyd's descent on `magnitudes`: gives each magnitude the nearest subset sum, then moves the
 * bases to the least squares of that choice, until a turn gains less than the fraction `gain`. The function
 * that it gives moves `base` and returns the summed squared error; it allocates next to nothing.
 */
function descent({ sorted, sums, squares }: Magnitudes): (base: number[], gain: number) => number {
  const gram = new Float64Array(baseCount * baseCount);
  const right = new Float64Array(baseCount);
  const levels = new Float64Array(1 << baseCount);
  const order = Array.from(levels.keys());
  /** Squared error of `base`; leaves the normal equations of the nearest sums. */
  const assign = (base: readonly number[]): number => {
    subsetSums(base, levels);
    sortBy(order, levels);
    gram.fill(0);
    right.fill(0);
    let error = squares;
    for (let k = 0, from = 0; k < order.length; k++) {
      const mask = order[k]!;
      const level = levels[mask]!;
      const next = order[k + 1];
      const to =
        next === undefined ? sorted.length : countBelow(sorted, (level + levels[next]!) / 2, from);
      const count = to - from;
      const sum = sums[to]! - sums[from]!;
      from = to;
      if (count === 0) continue;
      error += count * level * level - 2 * level * sum;
      for (let i = 0; i < baseCount; i++) {
        if ((mask >> i) % 2 === 0) continue;
        right[i] = right[i]! + sum;
        for (let j = 0; j < baseCount; j++) {
          if ((mask >> j) % 2 === 1) gram[i * baseCount + j] = gram[i * baseCount + j]! + count;
        }
      }
    }
    return error;
  };
  return (base, gain) => {
    let least = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < mostTurns; turn++) {
      const error = assign(base);
      if (error >= least * (1 - gain)) return least;
      least = error;
      const before = base.slice();
      if (!solveNonNegative(gram, right, base)) {
        base.splice(0, baseCount, ...before);
        return least;
      }
    }
    return least;
  };
}

/** Bases to start from: powers of two of a random ratio, or magnitudes drawn from the weights. */
function randomBase({ sorted }: Magnitudes, random: Random): number[] {
  const largest = sorted.at(-1)!;
  if (random.uniform() < 0.5) {
    const ratio = 1.3 + 1.4 * random.uniform();
    const top = (largest * (0.3 + 0.7 * random.uniform())) / 1.5;
    return Array.from({ length: baseCount }, (_, i) => top / ratio ** (baseCount - 1 - i));
  }
  return Array.from({ length: baseCount }, () => {
    const drawn = sorted[random.integer(sorted.length)]!;
    return drawn * (0.2 + 0.8 * random.uniform());
  });
}

/** Gives each weight the mask whose sum lies nearest. */
export function encodeWeights(
  weights: ArrayLike<number>,
  base: readonly number[],
): QuantisedWeights {
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
 * @throws InvalidArgumentError where a weight is not finite
 * @example
 * ```ts
 * quantise([1, -2, 3, 0]).mse < 1e-12; // true; 1 and 2 are bases, 3 is both
 * ```
 */
export function quantise(
  weights: ArrayLike<number>,
  options: QuantiseOptions = {},
): QuantisedWeights {
  checkWeights(weights);
  let largest = 0;
  for (let i = 0; i < weights.length; i++) largest = Math.max(largest, Math.abs(weights[i]!));
  if (largest === 0) return encodeWeights(weights, [0, 0, 0, 0]);
  const magnitudes = magnitudesOf(weights, largest);
  const { seed = 0, restarts = defaultRestarts, hops = defaultHops } = options;
  const random = randomStream(seed, 'quantise');
  const descend = descent(magnitudes);
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < restarts + hops; trial++) {
    const base =
      trial < restarts
        ? randomBase(magnitudes, random)
        : best.map((value) => Math.abs(value * (1 + 0.15 * random.normal())));
    const error = descend(base, searchGain);
    if (error < least) {
      least = error;
      best = base;
    }
  }
  descend(best, finalGain);
  const base = best.map((value) => value * largest).sort((a, b) => a - b);
  return encodeWeights(weights, base);
}
