import { sharedCurrents } from '../src/chips/dynapse2/core-currents.ts';
import { networkProblems } from '../src/compile/front/chip-problems.ts';
import { mergeStages } from '../src/compile/front/merge.ts';
import type { MergedPopulation, WeightedSynapses } from '../src/compile/network.ts';
import { clusterNeurons } from '../src/compile/passes/cluster.ts';
import {
  currentNames,
  type DynapSimParameters,
  dynapSimParameters,
} from '../src/neurons/dynap-sim/parameters.ts';
import { pipeline } from '../src/pipeline/pipeline.ts';
import { problemText } from '../src/problems.ts';
import type { ChipConstants } from '../src/stages/chip-form.ts';
import { dynapSim } from '../src/stages/dynap-sim/definition.ts';
import { lif } from '../src/stages/lif/definition.ts';
import { linear } from '../src/stages/linear/definition.ts';
import type { StageDefinition } from '../src/stages/stage.ts';
import { isThere, readJson } from './files.ts';
import { type CaseOutcome, type Kind, relativeEach } from './kind.ts';

type Rows = readonly (readonly number[])[];
type PerNeuron = Readonly<Record<string, readonly number[]>>;

interface MappingCase {
  readonly name: string;
  readonly layers: readonly ({ readonly type: string } & Readonly<Record<string, unknown>>)[];
  readonly mapper_args: {
    readonly n_cluster?: number;
    readonly max_neuron_per_cluster?: number;
  };
  readonly rockpool?: {
    readonly weights_in: Rows | null;
    readonly weights_rec: Rows | null;
    readonly unclustered: PerNeuron;
  };
  readonly correct?: {
    readonly core_map_example: readonly number[];
    readonly clustered: PerNeuron;
  };
  /** Present if the network has no place on a chip. */
  readonly rockpool_error?: string;
}

/** Synapse of the chip that the LIF cases were converted for, farads. */
const target: ChipConstants = { C_syn: 25e-12 };

interface ClusterCount {
  readonly N: number;
  readonly correct_counts: readonly number[];
}

function stageOf(layer: MappingCase['layers'][number]): StageDefinition {
  if (layer.type === 'linear') return linear({ weight: layer['weight'] as Rows });
  const perNeuron = (name: string): readonly number[] => layer[name] as readonly number[];
  const neurons = layer['n'] as number;
  const weights = layer['w_rec'] as Rows | null;
  const recurrent = weights === null ? {} : { recurrent: weights };
  if (layer.type === 'lif') {
    return lif({
      neurons,
      ...recurrent,
      tauMem: perNeuron('tau_mem'),
      tauSyn: perNeuron('tau_syn'),
      bias: perNeuron('bias'),
      threshold: perNeuron('threshold'),
    });
  }
  const currents = Object.fromEntries(currentNames.map((name) => [name, perNeuron(name)]));
  return dynapSim({ neurons, ...recurrent, ...currents });
}

/** A network without a place must be refused for a reason that names one of its stages. */
function refusal({ name, layers }: MappingCase): CaseOutcome {
  const net = pipeline(...layers.map(stageOf));
  const reasons = networkProblems(net).map(problemText);
  const clear = reasons.some((reason) => net.stages.some((stage) => reason.includes(stage.name)));
  return clear ? { name, error: 0 } : { name, error: 1, note: 'was not refused' };
}

function compareMatrix(ours: WeightedSynapses, theirs: Rows | null): number {
  if (theirs === null) return 0;
  const columns = theirs[0]?.length ?? 0;
  const dense = new Float64Array(theirs.length * columns);
  for (const [i, pre] of ours.pre.entries()) dense[pre * columns + ours.post[i]!] = ours.weight[i]!;
  return relativeEach(dense, theirs.flat());
}

/** Largest difference of the currents that clusters share from what they must be. */
function compareClusters(
  network: MergedPopulation,
  clusters: Uint32Array,
  wanted: PerNeuron,
): number {
  const errors = [...new Set(clusters)].flatMap((cluster) => {
    const neurons = Array.from(clusters.keys()).filter((n) => clusters[n] === cluster);
    const shared = sharedCurrents(network.parameters, neurons, [0, 0, 0, 0]);
    const centre = (name: string): number =>
      name.endsWith('_syn')
        ? shared[name.replace('_syn', '_ampa') as 'Itau_ampa']
        : shared[name as 'Itau_mem'];
    return currentNames.map((name) => {
      const own = wanted[name]?.[cluster];
      return relativeEach([centre(name)], own === undefined ? [] : [own]);
    });
  });
  return Math.max(...errors);
}

/** Sizes of balanced clusters of any number of neurons. */
function compareCount({ N, correct_counts }: ClusterCount): CaseOutcome {
  const name = `clusters of ${N} neurons`;
  const clusters = clusterNeurons({ parameters: dynapSimParameters({}, N) });
  const counts = correct_counts.map((_, c) => clusters.filter((own) => own === c).length);
  return counts.join() === correct_counts.join()
    ? { name, error: 0 }
    : { name, error: 1, note: `have sizes ${counts.join(', ')}` };
}

function compare(given: MappingCase): CaseOutcome {
  if (given.rockpool_error !== undefined) return refusal(given);
  const network = mergeStages(pipeline(...given.layers.map(stageOf)), target);
  const { weights_in, weights_rec, unclustered } = given.rockpool!;
  const { clustered, core_map_example } = given.correct!;
  const { n_cluster, max_neuron_per_cluster } = given.mapper_args;
  const clusters = clusterNeurons(network, {
    ...(n_cluster === undefined ? {} : { clusters: n_cluster }),
    ...(max_neuron_per_cluster === undefined ? {} : { neuronsPerCluster: max_neuron_per_cluster }),
  });
  if (clusters.join() !== core_map_example.join()) {
    return { name: given.name, error: 1, note: `clusters are ${clusters.join(' ')}` };
  }
  const own = network.parameters as DynapSimParameters;
  const error = Math.max(
    compareMatrix(network.input, weights_in),
    compareMatrix(network.recurrent, weights_rec),
    ...currentNames.map((name) => relativeEach(own[name], unclustered[name] ?? [])),
    compareClusters(network, clusters, clustered),
  );
  const extra = weights_rec === null && network.recurrent.weight.length > 0;
  return extra
    ? { name: given.name, error, note: 'recurrent weights where there are none' }
    : { name: given.name, error };
}

const counts = 'mapping/cluster_counts.json';

/** Stages merged into one population, clustered: matrices, parameters, and what clusters share. */
export const mapping: Kind = {
  kind: 'mapping',
  tolerance: 1e-9,
  needs: ['mapping/mapping.json'],
  run: (folder) => [
    ...readJson<MappingCase[]>(folder, 'mapping', 'mapping.json').map(compare),
    ...(isThere(folder, counts)
      ? readJson<ClusterCount[]>(folder, ...counts.split('/')).map(compareCount)
      : []),
  ],
};
