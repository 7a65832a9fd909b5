/** Spends free cores where they lower the error: on populations that would share base currents to their harm. */
import type { ChipFamily } from '../../chips/family.ts';
import type { Names } from '../front/names.ts';
import type { MergedPopulation } from '../network.ts';

/** Part of the full search for base currents that a decision is worth. */
const effort = 0.1;

/**
 * How much of its own size the error of a population's weights may grow because others share the base currents,
 * before it is given a core of its own. Four bits alone leave 0.03 to 0.05.
 */
const harmful = 0.05;

/** Weights of a population on one cluster. */
interface Share {
  readonly neurons: readonly number[];
  readonly weights: Float64Array;
}

/** Root mean square error of some weights as a fraction of their own root mean square. */
function relativeError(weights: Float64Array, values: Float64Array, first: number): number {
  let errors = 0;
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    errors += (weights[i]! - values[first + i]!) ** 2;
    squares += weights[i]! ** 2;
  }
  return squares === 0 ? 0 : Math.sqrt(errors / squares);
}

/** Errors of each of some shares when they have the same base currents. */
function errorsTogether(shares: readonly Share[], family: Pick<ChipFamily, 'quantise'>): number[] {
  const all = new Float64Array(shares.reduce((sum, { weights }) => sum + weights.length, 0));
  let at = 0;
  const starts = shares.map(({ weights }) => {
    const first = at;
    all.set(weights, first);
    at += weights.length;
    return first;
  });
  const { values } = family.quantise(all, { effort });
  return shares.map(({ weights }, i) => relativeError(weights, values, starts[i]!));
}

/** Takes the shares out, one after the other, that the others harm most. */
function split(shares: readonly Share[], free: number, family: Pick<ChipFamily, 'quantise'>) {
  if (shares.length < 2) return [shares];
  const groups: Share[][] = [];
  let left = [...shares];
  const alone = new Map(shares.map((share) => [share, errorsTogether([share], family)[0]!]));
  while (left.length > 1 && groups.length < free) {
    const together = errorsTogether(left, family);
    const harm = left.map((share, i) => together[i]! - alone.get(share)!);
    const worst = harm.indexOf(Math.max(...harm));
    if (!(harm[worst]! > harmful)) break;
    groups.push([left[worst]!]);
    left = left.filter((_, i) => i !== worst);
  }
  return [left, ...groups];
}

/** Numbers clusters in the order of their first neurons. */
function inOrder(clusters: Uint32Array): Uint32Array {
  const numbers = new Map<number, number>();
  return clusters.map((cluster) => {
    const known = numbers.get(cluster) ?? numbers.size;
    numbers.set(cluster, known);
    return known;
  });
}

/** Brings parts of one population together that fit on one core and share it with nobody. */
function unite(clusters: Uint32Array, populations: readonly string[], room: number): void {
  const members = new Map<number, { readonly names: Set<string>; size: number }>();
  for (const [n, cluster] of clusters.entries()) {
    const own = members.get(cluster) ?? { names: new Set<string>(), size: 0 };
    own.names.add(populations[n]!);
    own.size++;
    members.set(cluster, own);
  }
  const homes = new Map<string, number>();
  for (const [cluster, { names, size }] of members) {
    const [name] = names;
    if (names.size > 1 || name === undefined) continue;
    const home = homes.get(name);
    const there = home === undefined ? undefined : members.get(home);
    if (home === undefined || there === undefined || there.size + size > room) {
      homes.set(name, cluster);
      continue;
    }
    there.size += size;
    for (const [n, own] of clusters.entries()) if (own === cluster) clusters[n] = home;
  }
}

/**
 * Gives populations cores of their own if the base currents that they would share with others cost them more than
 * a twentieth of the size of their weights, the most harmed first, while cores are free. One population alone
 * stays where it is.
 *
 * @param clusters cluster of each neuron
 * @param cores cores that the board has
 * @param room neurons that a core may hold
 */
export function separatePopulations(
  { input, recurrent }: Pick<MergedPopulation, 'input' | 'recurrent'>,
  clusters: Uint32Array,
  names: Names,
  family: Pick<ChipFamily, 'quantise'>,
  { cores, room }: { readonly cores: number; readonly room: number },
): Uint32Array {
  if (names.populations.length < 2) return clusters;
  let used = clusters.reduce((max, cluster) => Math.max(max, cluster + 1), 0);
  if (used >= cores) return clusters;
  const populations = Array.from(clusters, (_, n) => names.nameOf(n).population);
  // What a population has on a cluster, by the cluster and the population.
  const drafts = new Map<string, { readonly neurons: number[]; readonly weights: number[] }>();
  const draftOf = Array.from(clusters, (cluster, n) => {
    const key = `${cluster}/${populations[n]}`;
    const draft = drafts.get(key) ?? { neurons: [], weights: [] };
    drafts.set(key, draft);
    draft.neurons.push(n);
    return draft;
  });
  for (const { post, weight } of [input, recurrent]) {
    for (let i = 0; i < post.length; i++) draftOf[post[i]!]!.weights.push(weight[i]!);
  }
  const shared = Array.from({ length: used }, (): Share[] => []);
  for (const { neurons, weights } of drafts.values()) {
    shared[clusters[neurons[0]!]!]!.push({ neurons, weights: Float64Array.from(weights) });
  }
  const separated = clusters.slice();
  let changed = false;
  for (const shares of shared) {
    const [, ...groups] = split(shares, cores - used, family);
    for (const group of groups) {
      for (const share of group) for (const n of share.neurons) separated[n] = used;
      used++;
      changed = true;
    }
  }
  if (!changed) return clusters;
  unite(separated, populations, room);
  return inOrder(separated);
}
