/** Searches the base currents of a core whose subset sums come nearest to its weights. */
import { type Random, randomStream } from '../random.ts';
import { nonNegativeSolver } from './least-squares.ts';

/** Base currents of a core, and with them the 16 weights that a 4-bit mask can select. */
export const baseCount = 4;

/** Descents from random bases that are made if nothing else is said. */
export const defaultRestarts = 1000;

/** Descents from disturbed copies of the best that are made if nothing else is said. */
export const defaultHops = 600;

/** How hard to look. */
export interface QuantiseOptions {
  /** Seed of the restarts; 0 if left out. */
  readonly seed?: number;
  /** Independent descents from random bases; 1000 if left out. */
  readonly restarts?: number;
  /** Descents from disturbed copies of the best so far; 600 if left out. */
  readonly hops?: number;
}

/** The 16 subset sums of `base`, in the order of their masks; written to `sums` if it is given. */
export function subsetSums(
  base: ArrayLike<number>,
  sums: Float64Array = new Float64Array(1 << baseCount),
): Float64Array {
  // Written out: this is where the search for base currents spends its time.
  const b0 = base[0]!;
  const b1 = base[1]!;
  const b2 = base[2]!;
  const b3 = base[3]!;
  const s1 = b0;
  const s2 = b1;
  const s3 = s2 + b0;
  const s4 = b2;
  const s5 = s4 + b0;
  const s6 = s4 + b1;
  const s7 = s6 + b0;
  const s8 = b3;
  const s9 = s8 + b0;
  const s10 = s8 + b1;
  const s11 = s10 + b0;
  const s12 = s8 + b2;
  const s13 = s12 + b0;
  const s14 = s12 + b1;
  const s15 = s14 + b0;
  sums[0] = 0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
  sums[4] = s4;
  sums[5] = s5;
  sums[6] = s6;
  sums[7] = s7;
  sums[8] = s8;
  sums[9] = s9;
  sums[10] = s10;
  sums[11] = s11;
  sums[12] = s12;
  sums[13] = s13;
  sums[14] = s14;
  sums[15] = s15;
  return sums;
}

/** Magnitudes in order with running sums, so that an interval's statistics cost two look-ups. */
interface Magnitudes {
  readonly sorted: Float64Array;
  readonly sums: Float64Array;
  readonly squares: number;
}

/** Magnitudes as fractions of `largest`, so that no square overflows or vanishes. */
function magnitudesOf(weights: ArrayLike<number>, largest: number): Magnitudes {
  const all = new Float64Array(weights.length);
  let count = 0;
  for (let i = 0; i < weights.length; i++) {
    const size = Math.abs(weights[i]!) / largest;
    if (size > 0) all[count++] = size;
  }
  const sorted = all.subarray(0, count).sort();
  const sums = new Float64Array(sorted.length + 1);
  let squares = 0;
  for (let i = 0; i < sorted.length; i++) {
    sums[i + 1] = sums[i]! + sorted[i]!;
    squares += sorted[i]! ** 2;
  }
  return { sorted, sums, squares };
}

/** First magnitude of each of `count` buckets of equal width, so that a search begins next to where it ends. */
function bucketsOf({ sorted }: Pick<Magnitudes, 'sorted'>, count: number): Uint32Array {
  const starts = new Uint32Array(count + 1);
  let at = 0;
  for (let bucket = 0; bucket < starts.length; bucket++) {
    while (at < sorted.length && Math.floor(sorted[at]! * count) < bucket) at++;
    starts[bucket] = at;
  }
  return starts;
}

/** Number of buckets for a search among `count` magnitudes: a power of two, most of which hold one at most. */
const bucketsFor = (count: number): number => 2 ** Math.min(15, Math.ceil(Math.log2(count)) + 2);

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
  const width = bucketsFor(sorted.length);
  const buckets = bucketsOf(magnitudes, width);
  const gram = new Float64Array(baseCount * baseCount);
  const right = new Float64Array(baseCount);
  const levels = new Float64Array(1 << baseCount);
  const order = Uint8Array.from(levels.keys());
  const ordered = new Float64Array(1 << baseCount);
  const solve = nonNegativeSolver(gram, right, baseCount);
  const counts = new Float64Array(1 << baseCount);
  const last = order.length - 1;
  /** Leaves the normal equations of what the masks were given; counts are whole, so that their order is free. */
  const accumulate = (): void => {
    const c = counts;
    const c7 = c[7]! + c[15]!;
    const c11 = c[11]! + c[15]!;
    const c13 = c[13]! + c[15]!;
    const both01 = c[3]! + c[11]! + c7;
    const both02 = c[5]! + c[13]! + c7;
    const both12 = c[6]! + c[14]! + c7;
    const both03 = c[9]! + c[13]! + c11;
    const both13 = c[10]! + c[14]! + c11;
    const both23 = c[12]! + c[14]! + c13;
    gram[0] = c[1]! + c[5]! + c[9]! + c[13]! + both01;
    gram[5] = c[2]! + c[6]! + c[10]! + c[14]! + both01;
    gram[10] = c[4]! + c[6]! + c[12]! + c[14]! + both02;
    gram[15] = c[8]! + c[10]! + c[12]! + c[14]! + both03;
    gram[1] = both01;
    gram[2] = both02;
    gram[3] = both03;
    gram[4] = both01;
    gram[6] = both12;
    gram[7] = both13;
    gram[8] = both02;
    gram[9] = both12;
    gram[11] = both23;
    gram[12] = both03;
    gram[13] = both13;
    gram[14] = both23;
  };
  /** Squared error of `base`; leaves what each mask was given, and the right side. */
  const assign = (base: Float64Array): number => {
    subsetSums(base, levels);
    // Sorts the levels; quick if their order is nearly that of the last turn.
    for (let i = 0; i <= last; i++) {
      const moving = order[i]!;
      const value = levels[moving]!;
      let at = i;
      for (; at > 0 && ordered[at - 1]! > value; at--) {
        order[at] = order[at - 1]!;
        ordered[at] = ordered[at - 1]!;
      }
      order[at] = moving;
      ordered[at] = value;
    }
    let right0 = 0;
    let right1 = 0;
    let right2 = 0;
    let right3 = 0;
    let error = squares;
    let from = 0;
    let passed = 0;
    let level = ordered[0]!;
    for (let k = 0; k <= last; k++) {
      const mask = order[k]!;
      const next = k === last ? Number.POSITIVE_INFINITY : ordered[k + 1]!;
      const bound = (level + next) / 2;
      let to = sorted.length;
      // The last magnitude is 1.
      if (bound <= 1) {
        to = buckets[(bound * width) | 0]!;
        if (to < from) to = from;
        while (sorted[to]! < bound) to++;
      }
      const count = to - from;
      counts[mask] = count;
      if (count > 0) {
        const reached = sums[to]!;
        const sum = reached - passed;
        from = to;
        passed = reached;
        error += count * level * level - 2 * level * sum;
        // No branches: which bits a mask has is hard to foresee.
        right0 += (mask & 1) * sum;
        right1 += ((mask >> 1) & 1) * sum;
        right2 += ((mask >> 2) & 1) * sum;
        right3 += (mask >> 3) * sum;
      }
      level = next;
    }
    right[0] = right0;
    right[1] = right1;
    right[2] = right2;
    right[3] = right3;
    return error;
  };
  return (base, gain) => {
    let lowest = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < mostTurns; turn++) {
      const error = assign(base);
      if (error >= lowest * (1 - gain)) return lowest;
      lowest = error;
      accumulate();
      if (!solve(base)) return lowest;
    }
    return lowest;
  };
}

/** Bases to start from: powers of two of a random ratio, or magnitudes drawn from the weights. */
function randomBase({ sorted }: Magnitudes, random: Random): Float64Array {
  const base = new Float64Array(baseCount);
  if (random.uniform() < 0.5) {
    const ratio = 1.3 + 1.4 * random.uniform();
    const top = (sorted.at(-1)! * (0.3 + 0.7 * random.uniform())) / 1.5;
    for (let i = 0; i < baseCount; i++) base[i] = top / ratio ** (baseCount - 1 - i);
    return base;
  }
  for (let i = 0; i < baseCount; i++) {
    const drawn = sorted[random.integer(sorted.length)]!;
    base[i] = drawn * (0.2 + 0.8 * random.uniform());
  }
  return base;
}

/** Base currents of weights whose largest size is `largest`, in ascending order. */
export function findBase(
  weights: ArrayLike<number>,
  largest: number,
  { seed = 0, restarts = defaultRestarts, hops = defaultHops }: QuantiseOptions,
): number[] {
  const magnitudes = magnitudesOf(weights, largest);
  const random = randomStream(seed, 'quantise');
  const descend = descent(magnitudes);
  let best: Float64Array = new Float64Array(baseCount);
  let lowest = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < restarts + hops; trial++) {
    const base =
      trial < restarts
        ? randomBase(magnitudes, random)
        : best.map((value) => Math.abs(value * (1 + 0.15 * random.normal())));
    const error = descend(base, searchGain);
    if (error < lowest) {
      lowest = error;
      best = base;
    }
  }
  descend(best, finalGain);
  return Array.from(best, (value) => value * largest).sort((a, b) => a - b);
}
