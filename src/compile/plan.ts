import { UnsupportedPipelineError } from '../errors.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { allocationProblems, fanInProblems } from './allocation-problems.ts';
import { type Clustering, clusterAsAsked, placeNeurons, sizeProblems } from './assign-cores.ts';
import { biasProblems } from './core-biases.ts';
import { circuitsOf, sharedCurrents } from './core-currents.ts';
import { type QuantisedCores, quantiseCores, type WeightList, weightsOf } from './core-quantise.ts';
import type { DeployedCore, DeployOptions } from './deployment.ts';
import { toDynapSim } from './lif.ts';
import { type Names, namesOf } from './names.ts';
import { mergeStages, type Network, networkProblems } from './network.ts';
import { quantise } from './quantise.ts';
import { collectSynapses, type PlacedNetwork, type SynapseList } from './synapses.ts';

/** The network before and after quantisation, synapse by synapse. */
interface Synapses {
  readonly before: Readonly<Record<'input' | 'recurrent', WeightList>>;
  readonly after: QuantisedCores;
}

/** Synapses with their masks. */
function synapsesOf(list: WeightList, { masks }: { readonly masks: Uint8Array }): SynapseList {
  const synapses = collectSynapses();
  for (const [i, mask] of masks.entries()) {
    synapses.add(list.pre[i]!, list.post[i]!, mask, list.dendrite[i]!);
  }
  return synapses.list();
}

/** Everything but the places. */
function unplaced(
  network: Network,
  { before, after }: Synapses,
  names: Names,
  monitored: readonly string[] = names.populations,
) {
  const reports = [...monitored, network.output];
  return {
    channels: network.input.rows,
    input: synapsesOf(before.input, after.input),
    recurrent: synapsesOf(before.recurrent, after.recurrent),
    ...circuitsOf(network.parameters),
    monitored: Array.from(network.parameters.Io, (_, n) =>
      reports.includes(names.nameOf(n).population),
    ),
    names: Array.from(network.parameters.Io, (_, n) => names.textOf(n)),
  };
}

/** The cores of a deployment, in the order of their clusters. */
function coresOf(
  network: Network,
  { after }: Synapses,
  { places }: PlacedNetwork,
  { clusters }: Clustering,
): DeployedCore[] {
  const { Iscale } = network.parameters;
  return after.cores.map((weights, cluster) => {
    const neurons = Array.from(clusters.keys()).filter((n) => clusters[n] === cluster);
    const { chip, core } = places[neurons[0]!]!;
    const base = weights.base.map((value) => value * Iscale);
    return {
      chip,
      core,
      neurons,
      weights,
      currents: sharedCurrents(network.parameters, neurons, base),
    };
  });
}

/** A pipeline as the chip can take it, merged. */
function merge(pipeline: Pipeline): { readonly model: Pipeline; readonly network: Network } {
  const [first] = pipeline.stages;
  const problems = networkProblems(pipeline);
  if (first?.kind === 'dynapSim' || first?.kind === 'dynapSe2') {
    problems.push(
      `the pipeline opens with ${first.name}; put a linear stage before it, so that its input has weights of four bits`,
    );
  }
  if (problems.length > 0) throw new UnsupportedPipelineError('chip', problems);
  return { model: toDynapSim(pipeline), network: mergeStages(pipeline) };
}

/** Everything that is decided before memories are written; it fits the board. */
export interface DeploymentPlan {
  /** The pipeline with neurons as the chip has them. */
  readonly model: Pipeline;
  /** The same as one population. */
  readonly network: Network;
  readonly names: Names;
  readonly synapses: Synapses;
  readonly placed: PlacedNetwork;
  /** Cores in use, in the order of their first neurons. */
  readonly cores: readonly DeployedCore[];
}

/**
 * Merges a pipeline, gathers its neurons into cores, puts their weights into four bits and finds a place for
 * each neuron.
 *
 * @throws InvalidArgumentError where the options contradict each other or the pipeline
 * @throws UnsupportedPipelineError with every limit that is broken
 */
export function planDeployment(pipeline: Pipeline, options: DeployOptions): DeploymentPlan {
  const { quantiser = (weights) => quantise(weights), monitored, chips } = options;
  const { model, network } = merge(pipeline);
  const names = namesOf(network);
  const clustering = clusterAsAsked(network, options);
  const { length: neurons } = network.parameters.Io;
  const input = weightsOf(network.input, neurons);
  const recurrent = weightsOf(network.recurrent, neurons);
  const after = quantiseCores(input, recurrent, clustering.clusters, quantiser);
  const synapses = { before: { input, recurrent }, after };
  const oversized = sizeProblems(clustering, after.cores.length, chips);
  const bare = unplaced(network, synapses, names, monitored);
  const placed: PlacedNetwork = { ...bare, places: placeNeurons(bare, clustering, options) };
  const cores = coresOf(network, synapses, placed, clustering);
  const problems = [
    ...oversized,
    ...(oversized.length > 0 ? fanInProblems(placed) : allocationProblems(placed)),
    ...biasProblems(cores, network.parameters, names),
  ];
  if (problems.length > 0) throw new UnsupportedPipelineError('chip', problems);
  return { model, network, names, synapses, placed, cores };
}
