import { chipLimits } from '../chips/dynapse2/limits.ts';
import { InvalidArgumentError } from '../errors.ts';
import { clusterNeurons } from './cluster.ts';
import type { DeployOptions } from './deployment.ts';
import type { Network } from './network.ts';
import { type CorePlace, placeClusters, trafficOf } from './place.ts';
import type { Place } from './places.ts';
import type { PlacedNetwork } from './synapses.ts';

/** Neurons gathered into clusters, each of which becomes a core. */
export interface Clustering {
  /** Cluster of each neuron. */
  readonly clusters: Uint32Array;
  /** Core of each cluster, where the user chose it. */
  readonly pinned?: readonly CorePlace[];
}

const { cores, neurons: coreNeurons } = chipLimits;

/** Lists options that contradict each other or the network. */
function optionProblems({ populations, parameters }: Network, options: DeployOptions): string[] {
  const { cluster, cores: pinned, place, monitored = [], chips = chipLimits.chips } = options;
  const problems: string[] = [];
  const neurons = parameters.Io.length;
  const given = Object.entries({ cluster, cores: pinned, place }).filter(([, value]) => value);
  if (given.length > 1) {
    problems.push(`${given.map(([name]) => name).join(' and ')} are given; one of them decides`);
  }
  for (const [name, list] of Object.entries({ cores: pinned, place })) {
    if (list !== undefined && list.length !== neurons) {
      problems.push(`${name} names ${list.length} places for ${neurons} neurons`);
    }
  }
  if (!(Number.isInteger(chips) && chips >= 1 && chips <= chipLimits.chips)) {
    problems.push(`chips is ${chips}; a board has 1 to ${chipLimits.chips}`);
  }
  for (const name of monitored.filter((name) => !Object.hasOwn(populations, name))) {
    problems.push(
      `monitored names ${name}; the populations are ${Object.keys(populations).join(', ')}`,
    );
  }
  return problems;
}

/**
 * Gathers the neurons of a network into clusters as the user asks.
 *
 * @throws InvalidArgumentError with all reasons
 */
export function clusterAsAsked(network: Network, options: DeployOptions): Clustering {
  const problems = optionProblems(network, options);
  if (problems.length > 0) throw new InvalidArgumentError('this cannot be deployed', problems);
  const pins = options.place ?? options.cores;
  if (pins === undefined) return { clusters: clusterNeurons(network, options.cluster) };
  const keys = pins.map(({ chip, core }) => `${chip}/${core}`);
  const distinct = [...new Set(keys)];
  return {
    clusters: Uint32Array.from(keys, (key) => distinct.indexOf(key)),
    pinned: distinct.map((key) => {
      const { chip, core } = pins[keys.indexOf(key)]!;
      return { chip, core };
    }),
  };
}

/** What is wrong with the number of clusters, if anything. */
export function sizeProblems(
  { clusters, pinned }: Clustering,
  count: number,
  chips: number = chipLimits.chips,
): string[] {
  const beyond = pinned?.filter(({ chip }) => chip >= chips && chip < chipLimits.chips) ?? [];
  if (beyond.length > 0) {
    const all = beyond.map(({ chip, core }) => `core ${core} of chip ${chip}`).join(', ');
    return [`${all} ${beyond.length === 1 ? 'is' : 'are'} asked for; the board has ${chips} chips`];
  }
  if (pinned !== undefined || count <= chips * cores) return [];
  return [
    `${clusters.length} neurons need ${count} cores; ${chips} chips have ${chips * cores}, of ${coreNeurons} neurons each`,
  ];
}

/** Places clusters on cores, and their neurons on the first neurons of the core where none are named. */
export function placeNeurons(
  network: Omit<PlacedNetwork, 'places'>,
  { clusters, pinned }: Clustering,
  { place, chips = chipLimits.chips }: DeployOptions,
): Place[] {
  if (place !== undefined) return place.map((own) => ({ ...own }));
  const count = clusters.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
  const inOrder = (): CorePlace[] =>
    Array.from({ length: count }, (_, c) => ({ chip: Math.floor(c / cores), core: c % cores }));
  const search = (): CorePlace[] => placeClusters(trafficOf(network, clusters), count, chips);
  const home = pinned ?? (count > chips * cores ? inOrder() : search());
  const next = new Uint32Array(count);
  return Array.from(clusters, (cluster) => {
    const neuron = next[cluster]!;
    next[cluster] = neuron + 1;
    return { ...home[cluster]!, neuron };
  });
}
