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

/** Buckets of equal width that an index divides the magnitudes into. */
const bucketCount = 4096;

/** First magnitude of each bucket of equal width, so that a search begins next to where it ends. */
function bucketsOf({ sorted }: Pick<Magnitudes, 'sorted'>): Uint32Array {
  const starts = new Uint32Array(bucketCount + 2);
  let at = 0;
  for (let bucket = 0; bucket < starts.length; bucket++) {
    while (at < sorted.length && Math.floor(sorted[at]! * bucketCount) < bucket) at++;
    starts[bucket] = at;
  }
  return starts;
}

/** Number of magnitudes below `bound`, which is 1 at most; there are at least `known` of them. */
function countBelow(
  sorted: Float64Array,
  buckets: Uint32Array,
  bound: number,
  known: number,
): number {
  const bucket = (bound * bucketCount) | 0;
  const first = buckets[bucket]!;
  let low = first > known ? first : known;
  let high = buckets[bucket + 1]!;
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
  for (let i = baseCount - 1; i >= 0; i--) {
    const bit = 1 << i;
    // Masks whose lowest bit is this one are those of the bits above it, and this one.
    for (let above = 0; above < sums.length; above += 2 * bit) {
      sums[above | bit] = sums[above]! + base[i]!;
    }
  }
  return sums;
}

/** Puts `order` into ascending order of what it points to; quick if it nearly is. */
function sortBy(order: Uint8Array, values: Float64Array): void {
  for (let i = 1; i < order.length; i++) {
    const moving = order[i]!;
    const value = values[moving]!;
    let at = i;
    for (; at > 0 && values[order[at - 1]!]! > value; at--) order[at] = order[at - 1]!;
    order[at] = moving;
  }
}

/** Columns of the normal equations: the bases and the right side. */
const width = baseCount + 1;

/**
 * Prepares least squares over the bases, none below zero: drops the most negative one and solves again. The
 * function that it gives moves `base` and tells whether there was a solution; it allocates nothing.
 */
function nonNegativeSolver(gram: Float64Array, right: Float64Array) {
  const cells = new Float64Array(baseCount * width);
  const active = new Uint8Array(baseCount);
  const solution = new Float64Array(baseCount);
  const swap = (a: number, b: number, size: number): void => {
    for (let c = 0; c <= size; c++) {
      const held = cells[a * width + c]!;
      cells[a * width + c] = cells[b * width + c]!;
      cells[b * width + c] = held;
    }
  };
  /** Solves for the first `size` active bases; false if they are singular. */
  const solve = (size: number): boolean => {
    for (let r = 0; r < size; r++) {
      const own = active[r]! * baseCount;
      for (let c = 0; c < size; c++) cells[r * width + c] = gram[own + active[c]!]!;
      cells[r * width + size] = right[active[r]!]!;
    }
    for (let pivot = 0; pivot < size; pivot++) {
      let best = pivot;
      for (let r = pivot + 1; r < size; r++) {
        if (Math.abs(cells[r * width + pivot]!) > Math.abs(cells[best * width + pivot]!)) best = r;
      }
      if (best !== pivot) swap(pivot, best, size);
      const divisor = cells[pivot * width + pivot]!;
      if (Math.abs(divisor) < 1e-12) return false;
      for (let r = 0; r < size; r++) {
        if (r === pivot) continue;
        const factor = cells[r * width + pivot]! / divisor;
        for (let c = pivot; c <= size; c++) {
          cells[r * width + c] = cells[r * width + c]! - factor * cells[pivot * width + c]!;
        }
      }
    }
    for (let r = 0; r < size; r++) {
      solution[r] = cells[r * width + size]! / cells[r * width + r]!;
    }
    return true;
  };
  return (base: Float64Array): boolean => {
    let size = 0;
    for (let i = 0; i < baseCount; i++) if (gram[i * baseCount + i]! > 0) active[size++] = i;
    while (size > 0) {
      if (!solve(size)) return false;
      let worst = 0;
      for (let k = 1; k < size; k++) if (solution[k]! < solution[worst]!) worst = k;
      if (solution[worst]! >= 0) {
        for (let k = 0; k < size; k++) base[active[k]!] = solution[k]!;
        return true;
      }
      base[active[worst]!] = 0;
      active.copyWithin(worst, worst + 1, size);
      size--;
    }
    return false;
  };
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
function descent(magnitudes: Magnitudes): (base: Float64Array, gain: number) => number {
  const { sorted, sums, squares } = magnitudes;
  const buckets = bucketsOf(magnitudes);
  const gram = new Float64Array(baseCount * baseCount);
  const right = new Float64Array(baseCount);
  const levels = new Float64Array(1 << baseCount);
  const order = Uint8Array.from(levels.keys());
  const before = new Float64Array(baseCount);
  const solve = nonNegativeSolver(gram, right);
  const counts = new Float64Array(1 << baseCount);
  const last = order.length - 1;
  /** Leaves the normal equations of what the masks were given. */
  const accumulate = (): void => {
    // Each mask passes its count on to the masks within it: then every mask knows how many contain it.
    for (let bit = 1; bit <= last; bit <<= 1) {
      for (let mask = 0; mask <= last; mask++) {
        if ((mask & bit) === 0) counts[mask] = counts[mask]! + counts[mask | bit]!;
      }
    }
    for (let i = 0; i < baseCount; i++) {
      for (let j = 0; j < baseCount; j++) gram[i * baseCount + j] = counts[(1 << i) | (1 << j)]!;
    }
  };
  /** Squared error of `base`; leaves the normal equations of the nearest sums. */
  const assign = (base: Float64Array): number => {
    subsetSums(base, levels);
    sortBy(order, levels);
    let [right0, right1, right2, right3] = [0, 0, 0, 0];
    let error = squares;
    let from = 0;
    let passed = 0;
    let level = levels[order[0]!]!;
    for (let k = 0; k <= last; k++) {
      const mask = order[k]!;
      const next = k === last ? Number.POSITIVE_INFINITY : levels[order[k + 1]!]!;
      const bound = (level + next) / 2;
      // No magnitude is above 1.
      const to = bound > 1 ? sorted.length : countBelow(sorted, buckets, bound, from);
      const count = to - from;
      counts[mask] = count;
      if (count > 0) {
        const reached = sums[to]!;
        const sum = reached - passed;
        from = to;
        passed = reached;
        error += count * level * level - 2 * level * sum;
        if ((mask & 1) !== 0) right0 += sum;
        if ((mask & 2) !== 0) right1 += sum;
        if ((mask & 4) !== 0) right2 += sum;
        if ((mask & 8) !== 0) right3 += sum;
      }
      level = next;
    }
    right[0] = right0;
    right[1] = right1;
    right[2] = right2;
    right[3] = right3;
    accumulate();
    return error;
  };
  return (base, gain) => {
    let least = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < mostTurns; turn++) {
      const error = assign(base);
      if (error >= least * (1 - gain)) return least;
      least = error;
      before.set(base);
      if (!solve(base)) {
        base.set(before);
        return least;
      }
    }
    return least;
  };
}

/** Bases to start from: powers of two of a random ratio, or magnitudes drawn from the weights. */
function randomBase({ sorted }: Magnitudes, random: Random): Float64Array {
  const largest = sorted.at(-1)!;
  if (random.uniform() < 0.5) {
    const ratio = 1.3 + 1.4 * random.uniform();
    const top = (largest * (0.3 + 0.7 * random.uniform())) / 1.5;
    return Float64Array.from({ length: baseCount }, (_, i) => top / ratio ** (baseCount - 1 - i));
  }
  return Float64Array.from({ length: baseCount }, () => {
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
  let best: Float64Array = new Float64Array(baseCount);
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
  const base = Array.from(best, (value) => value * largest).sort((a, b) => a - b);
  return encodeWeights(weights, base);
}
