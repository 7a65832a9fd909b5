/** From a pipeline to the configuration of a board. */
import { type DefaultConfiguration, defaultFamily } from '../chips/families.ts';
import type { ChipFamily, CircuitModel } from '../chips/family.ts';
import { hasDendrites } from '../chips/switches.ts';
import { readOnce } from '../options.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { quantisedModel } from './back/model.ts';
import { networkFrom } from './back/network-from.ts';
import { readParameters } from './back/read-parameters.ts';
import type { DeployedCore, DeployedNeuron, Deployment, DeployOptions } from './deployment.ts';
import { planDeployment } from './plan.ts';
import { describeDeviation, deviationBetween } from './report/deviation.ts';
import {
  describeLostWeights,
  describeSilenced,
  lostWeights,
  silencedNeurons,
} from './report/lost.ts';

/** Mean squared error over the weights of all cores. */
function meanError(cores: readonly DeployedCore[]): number {
  const count = cores.reduce((sum, { weights }) => sum + weights.codes.length, 0);
  const squares = cores.reduce((sum, { weights }) => sum + weights.mse * weights.codes.length, 0);
  return count === 0 ? 0 : squares / count;
}

/** Makes a function that computes once, when it is first called. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * Translates a pipeline into the configuration of a board: merges its stages into one population, gathers the
 * neurons into cores, puts the weights of each core into codes (four-bit masks on a DYNAP-SE2), places the
 * cores so that spikes take the fewest hops, and fills the memories. LIF neurons become DynapSim neurons.
 * Simulates nothing; {@link diagnose} does, and tells which neurons fall silent.
 *
 * A population after the first acts one step later on the board than in the pipeline: the spikes of a
 * step reach others in the next. `deployedPipeline` of the result is the network as the board computes it.
 *
 * @throws InvalidArgumentError if the options contradict each other or the pipeline
 * @throws UnsupportedPipelineError with every limit that is broken
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'output' }));
 * deploy(net).where('output', 1).neuron; // 1
 * ```
 */
export function deploy<Configuration = DefaultConfiguration>(
  pipeline: Pipeline,
  options: DeployOptions<Configuration> = {},
): Deployment<Configuration> {
  options = readOnce(options);
  const { population, names, weights, network, routes, cores } = planDeployment(pipeline, options);
  // Without a family of its own a configuration is that of the default one.
  const family = (options.family ?? defaultFamily) as ChipFamily<Configuration>;
  const configuration = family.compile({ network, routes, cores });
  const { channels, parameters, output } = population;
  const { hardware, monitored } = network;
  const inputWords = routes
    .slice(0, channels)
    .map((own) => Uint32Array.from(own, (route) => family.inputWord(route)));
  const model: CircuitModel = hasDendrites(parameters) ? 'dynapSe2' : 'dynapSim';
  const reading = family.read(configuration, { inputs: inputWords, hardware });
  const deviation = deviationBetween(
    parameters,
    readParameters(reading, model, population.neurons, parameters.Iscale),
  );
  const lists = [
    { before: population.input, after: weights.input },
    { before: population.recurrent, after: weights.recurrent },
  ];
  const lost = lostWeights(lists, names);
  const deployed = hardware.map((own, n): DeployedNeuron => {
    const [route] = routes[channels + n]!;
    return { ...own, word: family.outputWord(own), tag: route?.tag };
  });
  const byWord = new Map(deployed.flatMap(({ word }, n) => (monitored?.[n] ? [[word, n]] : [])));
  const neuronsOf = (name: string): DeployedNeuron[] => {
    const { first, size } = names.rangeOf(name);
    return deployed.slice(first, first + size);
  };
  const wordsOf = (name: string): Uint32Array =>
    Uint32Array.from(neuronsOf(name), ({ word }) => word);
  const quantised = once(() => quantisedModel(population, weights));
  const { dt } = population;
  const restored = once(
    () =>
      networkFrom(configuration, {
        ...{ family, inputs: inputWords, hardware, Iscale: parameters.Iscale, dt, model },
      }).pipeline,
  );
  return {
    family,
    configuration,
    inputWords,
    outputWords: wordsOf(output),
    outputChannels: neuronsOf(output),
    wordsOf,
    where: (name, index) => deployed[names.neuronOf(name, index)]!,
    populationOf(word) {
      const n = byWord.get(word);
      return n === undefined ? undefined : names.nameOf(n);
    },
    hardware,
    cores,
    pipeline,
    population,
    weights: { input: weights.input, recurrent: weights.recurrent },
    get quantised() {
      return quantised();
    },
    get deployedPipeline() {
      return restored();
    },
    mse: meanError(cores),
    lost,
    deviation,
    remarks: [
      ...describeSilenced(silencedNeurons(population, weights), lost, names),
      ...describeLostWeights(lost),
      ...describeDeviation(deviation, names),
    ],
    dt,
  };
}
