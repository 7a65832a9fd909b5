/** Gathers neurons into clusters, one for each core. */

import { defaultFamily } from '../../chips/families.ts';
import type { ChipLimits } from '../../chips/family.ts';
import { currentNamesOf, valuesOf } from '../../chips/switches.ts';
import { InvalidArgumentError } from '../../errors.ts';
import type { AnalogParameters } from '../../neurons/model-table.ts';
import { number, type OptionTable, oneOf, optionProblems, readOnce } from '../../options.ts';
import { type Problem, problem } from '../../problems.ts';

/** How neurons come together into clusters; each cluster becomes a core. */
export interface ClusterOptions {
  /**
   * `'balanced'`: neighbours stay together and sizes differ by one at most. `'similar'`: neurons
   * of like currents come together, so that few values are averaged away. If it is left out, `'balanced'`, and
   * populations that would share the base currents of a core to their harm get cores of their own while
   * cores are free, unless the number of clusters is given.
   */
  readonly method?: 'balanced' | 'similar';
  /**
   * Number of clusters. If left out, as few as hold all neurons; but `'similar'` takes one for each set of
   * equal currents if the board has enough cores for that.
   */
  readonly clusters?: number;
  /** Neurons of a cluster at most; a full core if left out. */
  readonly neuronsPerCluster?: number;
}

/** The checks of {@link ClusterOptions} on a board. */
export function clusterTable({ neurons }: ChipLimits): OptionTable<ClusterOptions> {
  return {
    method: oneOf(['balanced', 'similar']),
    clusters: number({ min: 1, whole: true }),
    neuronsPerCluster: number({ min: 1, max: neurons, whole: true }),
  };
}

/** Lists what in sound options does not fit the number of neurons. */
export function clusterProblems(
  neurons: number,
  { clusters, neuronsPerCluster }: ClusterOptions,
  limits: ChipLimits,
): Problem[] {
  if (clusters === undefined) return [];
  const room = neuronsPerCluster ?? limits.neurons;
  if (clusters > Math.max(neurons, 1)) {
    return [problem('clusters', 'out-of-range', clusters, `there are ${neurons} neurons`)];
  }
  return clusters * room >= neurons
    ? []
    : [
        problem(
          'clusters',
          'out-of-range',
          clusters,
          `as many of ${room} hold ${clusters * room} neurons; there are ${neurons}`,
        ),
      ];
}

/** Currents below this are all the same: the circuit is off, amperes. */
const off = 1e-15;

/** Rounds of gathering after which `'similar'` stops; it settles in a few. */
const mostRounds = 50;

/** Splits a row of neurons into `count` pieces whose sizes differ by one at most, the larger ones first. */
function splitEvenly(neurons: readonly number[], count: number): number[][] {
  const size = Math.floor(neurons.length / count);
  const larger = neurons.length % count;
  return Array.from({ length: count }, (_, i) => {
    const from = i * size + Math.min(i, larger);
    return neurons.slice(from, from + size + Number(i < larger));
  });
}

/** Neurons of equal currents, in the order of their first. */
function kindsOf(parameters: AnalogParameters, neurons: readonly number[]): number[][] {
  const kinds = new Map<string, number[]>();
  const values = currentNamesOf(parameters).map((name) => valuesOf(parameters, name));
  for (const n of neurons) {
    const key = values.map((own) => own[n]).join();
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, [n]);
    else kind.push(n);
  }
  return [...kinds.values()];
}

/** Squared distance of neuron `n` from a centre; a current that doubles counts the same wherever it is. */
function distance(features: readonly Float64Array[], n: number, centre: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < features.length; i++) sum += (features[i]![n]! - centre[i]!) ** 2;
  return sum;
}

/** Neurons that lie far from each other, to begin with. */
function farthestPointInit(features: readonly Float64Array[], neurons: number, count: number) {
  const centres: Float64Array[] = [];
  const nearest = new Float64Array(neurons).fill(Number.POSITIVE_INFINITY);
  for (let next = 0; centres.length < count; ) {
    const centre = Float64Array.from(features, (values) => values[next]!);
    centres.push(centre);
    for (let n = 0; n < neurons; n++) {
      nearest[n] = Math.min(nearest[n]!, distance(features, n, centre));
    }
    next = nearest.indexOf(nearest.reduce((max, value) => Math.max(max, value)));
  }
  return centres;
}

/** Gives each neuron the nearest centre that has room; those go first that lose most by waiting. */
function assign(
  features: readonly Float64Array[],
  neurons: number,
  centres: readonly Float64Array[],
  room: number,
): number[][] {
  const waiting = Array.from({ length: neurons }, (_, n) => {
    const distances = centres.map((centre) => distance(features, n, centre));
    const order = Array.from(centres.keys()).sort((a, b) => distances[a]! - distances[b]!);
    return { n, order, loss: distances[order[1] ?? 0]! - distances[order[0]!]! };
  });
  const clusters = centres.map((): number[] => []);
  for (const { n, order } of waiting.sort((a, b) => b.loss - a.loss)) {
    clusters[order.find((c) => clusters[c]!.length < room)!]!.push(n);
  }
  return clusters;
}

/** Gathers neurons around centres in the space of logarithmic currents: k-means with clusters of bounded size. */
function boundedKMeans(parameters: AnalogParameters, neurons: number, count: number, room: number) {
  const features = currentNamesOf(parameters).map((name) =>
    valuesOf(parameters, name).map((current) => Math.log(Math.max(current, off))),
  );
  let centres = farthestPointInit(features, neurons, count);
  let clusters = assign(features, neurons, centres, room);
  for (let round = 0; round < mostRounds; round++) {
    centres = clusters.map((members, c) =>
      members.length === 0
        ? centres[c]!
        : Float64Array.from(
            features,
            (values) => members.reduce((sum, n) => sum + values[n]!, 0) / members.length,
          ),
    );
    const next = assign(features, neurons, centres, room);
    if (next.join(';') === clusters.join(';')) break;
    clusters = next;
  }
  return clusters
    .filter((members) => members.length > 0)
    .sort((a, b) => Math.min(...a) - Math.min(...b));
}

function clustersOf(
  parameters: AnalogParameters,
  options: ClusterOptions,
  limits: ChipLimits,
): number[][] {
  const { method = 'balanced', clusters, neuronsPerCluster: room = limits.neurons } = options;
  const all = Array.from(parameters.Io.keys());
  const fewest = Math.ceil(all.length / room);
  if (method === 'balanced') return splitEvenly(all, clusters ?? fewest);
  if (clusters !== undefined) return boundedKMeans(parameters, all.length, clusters, room);
  const kinds = kindsOf(parameters, all).flatMap((kind) =>
    splitEvenly(kind, Math.ceil(kind.length / room)),
  );
  return kinds.length <= limits.chips * limits.cores
    ? kinds
    : boundedKMeans(parameters, all.length, fewest, room);
}

/**
 * Gathers the neurons of a network into clusters, one for each core, since the neurons of a core share their
 * currents. Always gives the same for the same network. `'similar'` with a number of clusters is k-means on
 * logarithmic currents with clusters of bounded size, and leaves clusters out that nobody needs.
 *
 * @param limits of the board; those of a DYNAP-SE2 if left out
 * @returns the cluster of each neuron, from 0
 * @throws InvalidArgumentError with all reasons: numbers that are not whole, too few clusters for all neurons
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 1, 1]] }), dynapSim({ neurons: 3 }));
 * clusterNeurons(mergeStages(net), { clusters: 2 }); // Uint32Array [0, 0, 1]
 * ```
 */
export function clusterNeurons(
  { parameters }: { readonly parameters: AnalogParameters },
  options: ClusterOptions = {},
  limits: ChipLimits = defaultFamily.limits,
): Uint32Array {
  options = readOnce(options);
  const neurons = parameters.Io.length;
  const wrong = optionProblems(options, clusterTable(limits));
  const problems = wrong.length > 0 ? wrong : clusterProblems(neurons, options, limits);
  if (problems.length > 0) {
    throw new InvalidArgumentError('these neurons cannot be clustered', problems);
  }
  const clusters = new Uint32Array(neurons);
  for (const [cluster, members] of clustersOf(parameters, options, limits).entries()) {
    for (const n of members) clusters[n] = cluster;
  }
  return clusters;
}
