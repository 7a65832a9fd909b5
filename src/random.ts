import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

import { InvalidArgumentError } from './errors.ts';
import { number, seedCheck } from './options.ts';
import { type Problem, problem, within } from './problems.ts';

/** Largest mean of a Poisson-distributed count: each event that is drawn takes its time. */
export const mostMean = 1e6;

const numberCheck = number();
const meanCheck = number({ min: 0, max: mostMean });
const belowCheck = number({ min: 1, max: Number.MAX_SAFE_INTEGER });

/** Checks a label of a random stream. */
export function labelCheck(label: unknown): Problem[] {
  if (typeof label === 'string') return [];
  if (typeof label === 'number') return [...numberCheck(label)];
  return [problem('', 'wrong-type', label, 'a text or a number is needed')];
}

/** A reproducible stream of random numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Poisson-distributed count with the given mean, 1e6 at most. */
  poisson(mean: number): number;
  /** Uniform whole number in [0, below). */
  integer(below: number): number;
}

/** FNV-1a over a seed and labels; more labels may follow. */
export function labelHash(seed: number, labels: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of [seed, ...labels]) {
    // A slash within a label is told from the one after it.
    const text = `${`${part}`.replace(/[\\/]/g, '\\$&')}/`;
    // By code units: characters of two differ in either.
    for (let i = 0; i < text.length; i++) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    }
  }
  return hash;
}

/** The finaliser of MurmurHash3 over the labels. */
function mix(seed: number, labels: readonly (string | number)[]): number {
  let hash = labelHash(seed, labels);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * Opens the random stream that belongs to a seed and a path of labels. The same seed and labels
 * give the same numbers; different labels give independent streams, so nothing depends on the order
 * in which streams are opened and no generator state has to be saved. A number and its digits are the same label.
 *
 * @throws InvalidArgumentError if the seed is no whole number that a double holds, or a label neither a number nor a text
 * @example
 * ```ts
 * randomStream(7, 'mismatch', 3).normal(); // always the same number
 * ```
 */
export function randomStream(seed: number, ...labels: readonly (string | number)[]): Random {
  const wrong = [
    ...within('seed', seedCheck(seed)),
    ...labels.flatMap((label, i) => within(`labels[${i}]`, labelCheck(label))),
  ];
  if (wrong.length > 0) throw new InvalidArgumentError('there is no such random stream', wrong);
  const generator = xoroshiro128plus(mix(seed, labels));
  const uniform = (): number => uniformFloat64(generator);
  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  // Splits large means (a Poisson sum is Poisson), so that exp(-mean) never underflows.
  const poisson = (mean: number): number => {
    if (!(mean >= 0 && mean <= mostMean)) throw refused('mean', meanCheck(mean));
    let count = 0;
    for (let rest = mean; rest > 0; rest -= 500) {
      const limit = Math.exp(-Math.min(rest, 500));
      for (let product = uniform(); product > limit; product *= uniform()) count++;
    }
    return count;
  };
  const integer = (below: number): number => {
    if (!(below >= 1 && below <= Number.MAX_SAFE_INTEGER)) {
      throw refused('below', belowCheck(below));
    }
    return Math.floor(uniform() * below);
  };
  return { uniform, normal, poisson, integer };
}

function refused(path: string, problems: readonly Problem[]): InvalidArgumentError {
  return new InvalidArgumentError('this cannot be drawn', within(path, problems));
}
