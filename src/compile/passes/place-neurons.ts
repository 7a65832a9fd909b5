/** Finds a hardware neuron for each neuron: as the user pinned it, or where spikes take the fewest hops. */
import type {
  ChipLimits,
  CorePlacement,
  HardwareNeuron,
  PlacedSynapses,
} from '../../chips/family.ts';
import { fault, type Problem } from '../../problems.ts';
import { placeClusters, trafficOf } from './place-cores.ts';

/** Neurons gathered into clusters, each of which becomes a core. */
export interface Clustering {
  /** Cluster of each neuron, numbered in the order of their first neurons. */
  readonly clusters: Uint32Array;
  /** Core of each cluster, if the user chose it. */
  readonly pinned?: readonly CorePlacement[];
}

/** Number of clusters. */
export function clusterCount({ clusters }: Clustering): number {
  return clusters.reduce((max, cluster) => Math.max(max, cluster + 1), 0);
}

/** Makes a cluster of the neurons that the user put on one core. */
export function clustersOfPins(pins: readonly CorePlacement[]): Clustering {
  const numbers = new Map<string, number>();
  const pinned: CorePlacement[] = [];
  const clusters = Uint32Array.from(pins, ({ chip, core }) => {
    const key = `${chip}/${core}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, pinned.length);
    pinned.push({ chip, core });
    return pinned.length - 1;
  });
  return { clusters, pinned };
}

/** What is wrong with the number of clusters, if anything. */
export function sizeProblems(clustering: Clustering, chips: number, limits: ChipLimits): Problem[] {
  const { clusters, pinned } = clustering;
  if (pinned !== undefined) {
    return pinned
      .filter(({ chip }) => chip >= chips && chip < limits.chips)
      .map(({ chip, core }) =>
        fault(
          'chips',
          'out-of-range',
          `core ${core} of chip ${chip} is asked for; the board has ${chips} chips`,
        ),
      );
  }
  const count = clusterCount(clustering);
  const room = chips * limits.cores;
  if (count <= room) return [];
  return [
    fault(
      'chips',
      'too-large',
      `${clusters.length} neurons need ${count} cores; ${chips} chips have ${room}, of ${limits.neurons} neurons each`,
    ),
  ];
}

/** Places clusters on cores, and their neurons on the first neurons of the core. */
export function placeNeurons(
  network: Omit<PlacedSynapses, 'hardware'>,
  clustering: Clustering,
  chips: number,
  limits: ChipLimits,
): HardwareNeuron[] {
  const { clusters, pinned } = clustering;
  const { cores } = limits;
  const count = clusterCount(clustering);
  const inOrder = (): CorePlacement[] =>
    Array.from({ length: count }, (_, c) => ({ chip: Math.floor(c / cores), core: c % cores }));
  const search = (): CorePlacement[] =>
    placeClusters(trafficOf(network, clusters), count, chips, limits);
  const home = pinned ?? (count > chips * cores ? inOrder() : search());
  const next = new Uint32Array(count);
  return Array.from(clusters, (cluster) => {
    const neuron = next[cluster]!;
    next[cluster] = neuron + 1;
    return { ...home[cluster]!, neuron };
  });
}
