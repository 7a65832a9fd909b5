import { chipLimits } from '../chips/dynapse2/limits.ts';
import { InvalidArgumentError } from '../errors.ts';
import { type ParameterSet, parameterValues } from '../neurons/parameter-set.ts';
import { sharedNames } from './core-currents.ts';

/** How neurons come together into clusters; each cluster becomes a core. */
export interface ClusterOptions {
  /**
   * `'balanced'` where left out: neighbours stay together and sizes differ by one at most. `'similar'`: neurons
   * of like currents come together, so that few values are averaged away.
   */
  readonly method?: 'balanced' | 'similar';
  /**
   * Number of clusters. Where left out, as few as hold all neurons; but `'similar'` takes one for each set of
   * equal currents, where the board has enough cores for that.
   */
  readonly clusters?: number;
  /** Neurons of a cluster at most; 256, a full core, where left out. */
  readonly neuronsPerCluster?: number;
}

const mostClusters = chipLimits.chips * chipLimits.cores;

type PopulationParameters = ParameterSet<'Io'>;

/** Currents below this are all the same: the circuit is off, amperes. */
const off = 1e-15;

/** Rounds of gathering after which `'similar'` stops; it settles in a few. */
const mostRounds = 50;

function optionProblems(neurons: number, options: ClusterOptions): string[] {
  const { method = 'balanced', clusters, neuronsPerCluster = chipLimits.neurons } = options;
  const problems: string[] = [];
  const whole = (name: string, value: number, most: number): boolean => {
    if (Number.isInteger(value) && value >= 1 && value <= most) return true;
    problems.push(`${name} is ${value}; a whole number from 1 to ${most} is needed`);
    return false;
  };
  if (method !== 'balanced' && method !== 'similar') {
    problems.push(`method is ${method}; 'balanced' and 'similar' exist`);
  }
  const sound = whole('neuronsPerCluster', neuronsPerCluster, chipLimits.neurons);
  if (clusters === undefined || !whole('clusters', clusters, Math.max(neurons, 1))) return problems;
  if (sound && clusters * neuronsPerCluster < neurons) {
    problems.push(
      `${clusters} clusters of ${neuronsPerCluster} hold ${clusters * neuronsPerCluster} neurons; there are ${neurons}`,
    );
  }
  return problems;
}

/** Cuts a row of neurons into `count` pieces whose sizes differ by one at most, the larger ones first. */
function cut(neurons: readonly number[], count: number): number[][] {
  const size = Math.floor(neurons.length / count);
  const larger = neurons.length % count;
  return Array.from({ length: count }, (_, i) => {
    const from = i * size + Math.min(i, larger);
    return neurons.slice(from, from + size + Number(i < larger));
  });
}

/** Neurons of equal currents, in the order of their first. */
function kindsOf(parameters: PopulationParameters, neurons: readonly number[]): number[][] {
  const kinds = new Map<string, number[]>();
  const names = sharedNames(parameters);
  for (const n of neurons) {
    const key = names.map((name) => parameterValues(parameters, name)![n]).join();
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
function farApart(features: readonly Float64Array[], neurons: number, count: number) {
  const centres: Float64Array[] = [];
  const nearest = new Float64Array(neurons).fill(Number.POSITIVE_INFINITY);
  for (let next = 0; centres.length < count; ) {
    const centre = Float64Array.from(features, (values) => values[next]!);
    centres.push(centre);
    for (let n = 0; n < neurons; n++) {
      nearest[n] = Math.min(nearest[n]!, distance(features, n, centre));
    }
    next = nearest.indexOf(nearest.reduce((most, value) => Math.max(most, value)));
  }
  return centres;
}

/** Gives each neuron the nearest centre that has room; those go first that lose most by waiting. */
function assign(
  features: readonly Float64Array[],
  neurons: number,
  centres: readonly Float64Array[],
  most: number,
): number[][] {
  const waiting = Array.from({ length: neurons }, (_, n) => {
    const distances = centres.map((centre) => distance(features, n, centre));
    const order = Array.from(centres.keys()).sort((a, b) => distances[a]! - distances[b]!);
    return { n, order, loss: distances[order[1] ?? 0]! - distances[order[0]!]! };
  });
  const clusters = centres.map((): number[] => []);
  for (const { n, order } of waiting.sort((a, b) => b.loss - a.loss)) {
    clusters[order.find((c) => clusters[c]!.length < most)!]!.push(n);
  }
  return clusters;
}

/** Gathers neurons around centres in the space of logarithmic currents: k-means with clusters of bounded size. */
function gather(parameters: PopulationParameters, neurons: number, count: number, most: number) {
  const features = sharedNames(parameters).map((name) =>
    parameterValues(parameters, name)!.map((current) => Math.log(Math.max(current, off))),
  );
  let centres = farApart(features, neurons, count);
  let clusters = assign(features, neurons, centres, most);
  for (let round = 0; round < mostRounds; round++) {
    centres = clusters.map((members, c) =>
      members.length === 0
        ? centres[c]!
        : Float64Array.from(
            features,
            (values) => members.reduce((sum, n) => sum + values[n]!, 0) / members.length,
          ),
    );
    const next = assign(features, neurons, centres, most);
    if (next.join(';') === clusters.join(';')) break;
    clusters = next;
  }
  return clusters
    .filter((members) => members.length > 0)
    .sort((a, b) => Math.min(...a) - Math.min(...b));
}

function clustersOf(parameters: PopulationParameters, options: ClusterOptions): number[][] {
  const { method = 'balanced', clusters, neuronsPerCluster: most = chipLimits.neurons } = options;
  const all = Array.from(parameters.Io.keys());
  const fewest = Math.ceil(all.length / most);
  if (method === 'balanced') return cut(all, clusters ?? fewest);
  if (clusters !== undefined) return gather(parameters, all.length, clusters, most);
  const kinds = kindsOf(parameters, all).flatMap((kind) =>
    cut(kind, Math.ceil(kind.length / most)),
  );
  return kinds.length <= mostClusters ? kinds : gather(parameters, all.length, fewest, most);
}

/**
 * Gathers the neurons of a network into clusters, one for each core, since the neurons of a core share their
 * currents. Always gives the same for the same network. `'similar'` with a number of clusters is k-means on
 * logarithmic currents with clusters of bounded size, and leaves clusters out that nobody needs.
 *
 * @returns the cluster of each neuron, from 0
 * @throws InvalidArgumentError with all reasons: numbers that are not whole, too few clusters for all neurons
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 1, 1]] }), dynapSim({ neurons: 3 }));
 * clusterNeurons(mergeStages(net), { clusters: 2 }); // Uint32Array [0, 0, 1]
 * ```
 */
export function clusterNeurons(
  { parameters }: { readonly parameters: ParameterSet<'Io'> },
  options: ClusterOptions = {},
): Uint32Array {
  const neurons = parameters.Io.length;
  const problems = optionProblems(neurons, options);
  if (problems.length > 0) {
    throw new InvalidArgumentError('these neurons cannot be clustered', problems);
  }
  const clusters = new Uint32Array(neurons);
  for (const [cluster, members] of clustersOf(parameters, options).entries()) {
    for (const n of members) clusters[n] = cluster;
  }
  return clusters;
}
