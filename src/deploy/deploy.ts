import { type ChipConfiguration, dendrites, idleCore } from '../chip/configuration.ts';
import { monitorReply } from '../chip/event.ts';
import { UnsupportedPipelineError } from '../errors.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { checkGrid } from '../pipeline/run.ts';
import { allocate } from './allocate.ts';
import { allocationProblems, fanInProblems } from './allocation-problems.ts';
import { type Clustering, clusterAsAsked, placeNeurons, sizeProblems } from './assign-cores.ts';
import { biasProblems, coreBiases } from './core-biases.ts';
import { circuitsOf, sharedCurrents } from './core-currents.ts';
import { type QuantisedCores, quantiseCores, type WeightList, weightsOf } from './core-quantise.ts';
import type { DeployedCore, Deployment, DeployOptions, HardwareNeuron } from './deployment.ts';
import { toDynapSim } from './lif.ts';
import { movesBetween } from './moved.ts';
import { type Names, namesOf } from './names.ts';
import { mergeStages, type Network, networkProblems } from './network.ts';
import { networkFrom } from './network-from.ts';
import { quantise } from './quantise.ts';
import { farMoves, lostWeights, silences } from './remarks.ts';
import { noiseFor, silentNeurons } from './silence.ts';
import { withListedWeights } from './stage-weights.ts';
import { collectSynapses, type PlacedNetwork, type SynapseList } from './synapses.ts';

/** The network before and after quantisation, synapse by synapse. */
interface Synapses {
  readonly before: Readonly<Record<'input' | 'recurrent', WeightList>>;
  readonly after: QuantisedCores;
}

/** Synapses with their masks: what is above zero charges AMPA, what is below charges GABA. */
function synapsesOf(list: WeightList, { masks }: { readonly masks: Uint8Array }): SynapseList {
  const synapses = collectSynapses();
  for (const [i, mask] of masks.entries()) {
    const dendrite = list.weight[i]! < 0 ? dendrites.gaba : dendrites.ampa;
    synapses.add(list.pre[i]!, list.post[i]!, mask, dendrite);
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

/** Writes down what the board is told. */
function configure(
  chips: ReturnType<typeof allocate>['chips'],
  cores: readonly DeployedCore[],
): ChipConfiguration {
  const { parameters: idle } = idleCore();
  return {
    chips: chips.map((onChip, chip) => ({
      cores: onChip.map((neurons, core) => {
        const own = cores.find((used) => used.chip === chip && used.core === core);
        return { neurons, parameters: own === undefined ? idle : coreBiases(own.currents) };
      }),
    })),
  };
}

/** Mean squared error over the weights of all cores. */
function meanError(cores: readonly DeployedCore[]): number {
  const count = cores.reduce((sum, { weights }) => sum + weights.masks.length, 0);
  const squares = cores.reduce((sum, { weights }) => sum + weights.mse * weights.masks.length, 0);
  return count === 0 ? 0 : squares / count;
}

/** A pipeline as the chip can take it, merged. */
function merge(pipeline: Pipeline): { readonly model: Pipeline; readonly network: Network } {
  const [first] = pipeline.stages;
  const problems = networkProblems(pipeline);
  if (first?.kind === 'dynapSim') {
    problems.push(
      `the pipeline opens with ${first.name}; put a linear stage before it, so that its input has weights of four bits`,
    );
  }
  if (problems.length > 0) throw new UnsupportedPipelineError('chip', problems);
  return { model: toDynapSim(pipeline), network: mergeStages(pipeline) };
}

/**
 * Translates a pipeline into the configuration of a board: merges its stages into one population, gathers the
 * neurons into cores, puts the weights of each core into four bits, places the cores where spikes take the
 * fewest hops, and fills CAM, SRAM, latches and bias codes. LIF neurons become DynapSim neurons. Simulates
 * the result, to tell which neurons fall silent.
 *
 * A population after the first acts one step later on the board than in the pipeline: the spikes of a
 * step reach others in the next. `network` of the result is the network as the board computes it.
 *
 * @throws InvalidArgumentError where the options contradict each other or the pipeline
 * @throws UnsupportedPipelineError with every limit that is broken
 * @throws DataError where the input has another width or another `dt` than the pipeline
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'output' }));
 * deploy(net).where('output', 1).neuron; // 1
 * ```
 */
export function deploy(pipeline: Pipeline, options: DeployOptions = {}): Deployment {
  const {
    quantiser = (weights) => quantise(weights),
    input = noiseFor(pipeline),
    monitored,
    chips,
  } = options;
  if (input !== false) checkGrid(input, pipeline);
  const { model, network } = merge(pipeline);
  const names = namesOf(network);
  const clustering = clusterAsAsked(network, options);
  const before = { input: weightsOf(network.input), recurrent: weightsOf(network.recurrent) };
  const after = quantiseCores(before.input, before.recurrent, clustering.clusters, quantiser);
  const synapses = { before, after };
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

  const { chips: neurons, inputChannels, tagOf } = allocate(placed);
  const configuration = configure(neurons, cores);
  const { places } = placed;
  const restored = networkFrom(configuration, {
    inputs: inputChannels,
    places,
    Iscale: network.parameters.Iscale,
    dt: network.dt,
  }).pipeline;
  const moved = movesBetween(network.parameters, restored.stages.at(-1)!.parameters!);
  const parts = {
    input: { before: before.input, after: after.input },
    recurrent: { before: before.recurrent, after: after.recurrent },
  };
  const silent =
    input === false
      ? []
      : silentNeurons({ pipeline, network: restored, ...parts, moved, names }, input);
  const hardware = (n: number): HardwareNeuron => {
    const { chip, core, neuron } = places[n]!;
    return { chip, core, neuron, word: monitorReply(chip, core, neuron), tag: tagOf(n) };
  };
  const where = (population: string, index: number): HardwareNeuron =>
    hardware(names.neuronOf(population, index));
  const byWord = new Map(
    places.flatMap((_, n) => (placed.monitored?.[n] ? [[hardware(n).word, n] as const] : [])),
  );
  const { first, size } = network.populations[network.output]!;
  return {
    configuration,
    inputChannels,
    outputChannels: Array.from({ length: size }, (_, i) => hardware(first + i)),
    where,
    populationOf(word) {
      const n = byWord.get(word);
      return n === undefined ? undefined : names.nameOf(n);
    },
    places,
    cores,
    quantised: withListedWeights(
      model,
      { ...before.input, weight: after.input.values },
      { ...before.recurrent, weight: after.recurrent.values },
    ),
    network: restored,
    mse: meanError(cores),
    moved,
    silent,
    remarks: [
      ...lostWeights([parts.input, parts.recurrent], names),
      ...farMoves(moved, names),
      ...silences(silent),
    ],
    dt: network.dt,
  };
}
