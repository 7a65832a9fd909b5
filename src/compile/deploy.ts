import { type ChipConfiguration, idleCore } from '../chips/dynapse2/configuration.ts';
import { eventWord, monitorReply } from '../chips/dynapse2/event.ts';
import { dynapse2 } from '../chips/dynapse2/family.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { checkGrid } from '../pipeline/run.ts';
import { allocate } from './allocate.ts';
import { coreBiases } from './core-biases.ts';
import { hasDendrites } from './dendrites.ts';
import type { DeployedCore, Deployment, DeployOptions, HardwareNeuron } from './deployment.ts';
import { movesBetween } from './moved.ts';
import { networkFrom } from './network-from.ts';
import { planDeployment } from './plan.ts';
import { farMoves, losses, lostWeights, silences } from './remarks.ts';
import { noiseFor, silentNeurons } from './silence.ts';
import { withListedWeights } from './stage-weights.ts';

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
  const { input = noiseFor(pipeline) } = options;
  if (input !== false) checkGrid(input, pipeline);
  const { model, network, names, synapses, placed, cores } = planDeployment(pipeline, options);
  const { chips, inputChannels, tagOf } = allocate(placed);
  const configuration = configure(chips, cores);
  const { places } = placed;
  const { parameters, populations, dt } = network;
  const restored = networkFrom(configuration, {
    inputs: inputChannels,
    places,
    Iscale: parameters.Iscale,
    dt,
    circuit: hasDendrites(parameters) ? 'dendrites' : 'lumped',
  }).pipeline;
  const { before, after } = synapses;
  const parts = {
    input: { before: before.input, after: after.input },
    recurrent: { before: before.recurrent, after: after.recurrent },
  };
  const lost = lostWeights([parts.input, parts.recurrent], names);
  const moved = movesBetween(parameters, restored.stages.at(-1)!.parameters!);
  const silent =
    input === false
      ? []
      : silentNeurons({ pipeline, network: restored, ...parts, moved, names }, input);
  const hardware = places.map(({ chip, core, neuron }, n): HardwareNeuron => {
    return { chip, core, neuron, word: monitorReply(chip, core, neuron), tag: tagOf(n) };
  });
  const byWord = new Map(
    hardware.flatMap(({ word }, n) => (placed.monitored?.[n] ? [[word, n] as const] : [])),
  );
  const { first, size } = populations[network.output]!;
  const wordsOf = (population: string): Uint32Array => {
    const start = names.neuronOf(population, 0);
    const { size: own } = populations[population]!;
    return Uint32Array.from(hardware.slice(start, start + own), ({ word }) => word);
  };
  return {
    family: dynapse2,
    configuration,
    inputWords: inputChannels.map((all) => Uint32Array.from(all, eventWord)),
    outputWords: wordsOf(network.output),
    wordsOf,
    inputChannels,
    outputChannels: hardware.slice(first, first + size),
    where: (population, index) => hardware[names.neuronOf(population, index)]!,
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
    lost,
    moved,
    silent,
    remarks: [...losses(lost), ...farMoves(moved, names), ...silences(silent)],
    dt,
  };
}
