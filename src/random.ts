import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A reproducible stream of random numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Poisson-distributed count with the given mean. */
  poisson(mean: number): number;
  /** Uniform whole number in [0, below). */
  integer(below: number): number;
}

/** FNV-1a over the seed and the labels, then the finaliser of MurmurHash3. */
function mix(seed: number, labels: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of [seed, ...labels]) {
    for (const character of `${part}/`) {
      hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * Opens the random stream that belongs to a seed and a path of labels. The same seed and labels
 * give the same numbers; different labels give independent streams, so nothing depends on the order
 * in which streams are opened and no generator state has to be saved. Labels are joined by slashes, so
 * none should hold one.
 *
 * @example
 * ```ts
 * randomStream(7, 'mismatch', 3).normal(); // always the same number
 * ```
 */
export function randomStream(seed: number, ...labels: readonly (string | number)[]): Random {
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
    let count = 0;
    for (let rest = mean; rest > 0; rest -= 500) {
      const limit = Math.exp(-Math.min(rest, 500));
      for (let product = uniform(); product > limit; product *= uniform()) count++;
    }
    return count;
  };
  return { uniform, normal, poisson, integer: (below) => Math.floor(uniform() * below) };
}
