import { biasRange, nearestBias } from '../chip/bias-generator.ts';
import { type ChipConfiguration, type CoreConfiguration, idleCore } from '../chip/configuration.ts';
import { type Destination, monitorReply } from '../chip/event.ts';
import {
  type CoreCurrents,
  type CoreParameterName,
  coreCurrentNames,
  currentParameter,
} from '../chip/parameters.ts';
import { InvalidArgumentError, UnsupportedPipelineError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { fromStages } from '../pipeline/pipeline.ts';
import { withStageWeights } from '../pipeline/stage.ts';
import { allocateCore, allocationProblems, type CoreSynapses, placeProblems } from './allocate.ts';
import { sharedCurrents } from './core-currents.ts';
import { mergeStages, type Network } from './network.ts';
import { type QuantisedWeights, quantise } from './quantise.ts';

/** How to deploy. */
export interface DeployOptions {
  /** Finds the four bits of each weight; the least squares of {@link quantise} where left out. */
  readonly quantiser?: (weights: ArrayLike<number>) => QuantisedWeights;
  /** Hardware neuron of core 0 for each neuron, as after a measurement; the first ones where left out. */
  readonly place?: readonly number[];
}

/** Which part of the board a neuron of a population became. */
export interface HardwareNeuron {
  /** Chip on the board, 0 is next to the FPGA. */
  readonly chip: number;
  /** Core of the chip. */
  readonly core: number;
  /** Neuron of the core. */
  readonly neuron: number;
  /** Event word under which the FPGA reports its spikes. */
  readonly word: number;
}

/** A pipeline translated for the chip. */
export interface Deployment {
  /** What the board is told. */
  readonly configuration: ChipConfiguration;
  /** Destinations of each input channel. */
  readonly inputChannels: readonly (readonly Destination[])[];
  /** Hardware neuron of each output channel. */
  readonly outputChannels: readonly HardwareNeuron[];
  /** Gives the hardware neuron that is neuron `index` of the named population. */
  where(population: string, index: number): HardwareNeuron;
  /** The pipeline with its weights in four bits, to be simulated. */
  readonly quantised: Pipeline;
  /** The weights in four bits, all in one row: input matrix, then recurrent matrix. */
  readonly weights: QuantisedWeights;
  /** Currents asked for, before the bias generator rounds them, amperes. */
  readonly currents: CoreCurrents;
  /** What was given up without refusing: weights lost, currents out of range. */
  readonly remarks: readonly string[];
  /** Step, seconds. */
  readonly dt: number;
}

function quantisedMatrix(matrix: Matrix, weights: QuantisedWeights, at: number) {
  const end = at + matrix.values.length;
  return {
    matrix: { ...matrix, values: weights.values.slice(at, end) },
    masks: weights.masks.slice(at, end),
  };
}

/** Quantises a network with one set of base currents. */
function quantiseNetwork(network: Network, weights: QuantisedWeights): CoreSynapses {
  const input = quantisedMatrix(network.input, weights, 0);
  const recurrent = quantisedMatrix(network.recurrent, weights, network.input.values.length);
  return {
    input: input.matrix,
    inputMasks: input.masks,
    recurrent: recurrent.matrix,
    recurrentMasks: recurrent.masks,
  };
}

/** Bias settings of a core, and what of them is out of the generator's range. */
function coreBiases(currents: CoreCurrents): {
  parameters: CoreConfiguration['parameters'];
  remarks: string[];
} {
  const parameters = { ...idleCore().parameters };
  const remarks: string[] = [];
  for (const name of coreCurrentNames) {
    const parameter: CoreParameterName = currentParameter[name];
    const { least, most } = biasRange(parameter);
    const current = currents[name];
    parameters[parameter] = nearestBias(parameter, current);
    // Below the least current a circuit is off for all that matters; above the most it is not what was asked.
    if (current > most) {
      remarks.push(
        `${name} is ${current} A; ${parameter} gives at most ${most} A and at least ${least} A`,
      );
    }
  }
  return { parameters, remarks };
}

/** Puts quantised weights back into the stages they came from. */
function quantisedPipeline(pipeline: Pipeline, { input, recurrent }: CoreSynapses): Pipeline {
  let first = 0;
  let source = { matrix: input, row: 0 };
  const block = (matrix: Matrix, row: number, column: number, rows: number, columns: number) =>
    Float64Array.from(
      { length: rows * columns },
      (_, i) =>
        matrix.values[(row + Math.floor(i / columns)) * matrix.columns + column + (i % columns)]!,
    );
  const stages = pipeline.stages.map((stage) => {
    const { channelsIn, channelsOut } = stage;
    if (stage.emits === 'weighted') {
      return withStageWeights(
        stage,
        block(source.matrix, source.row, first, channelsIn, channelsOut),
      );
    }
    const own = withStageWeights(stage, block(recurrent, first, first, channelsOut, channelsOut));
    source = { matrix: recurrent, row: first };
    first += channelsOut;
    return own;
  });
  return fromStages(stages);
}

/** Says which weights are lost to zero, if any. */
function lostWeights(network: Network, weights: QuantisedWeights): string[] {
  const all = [...network.input.values, ...network.recurrent.values];
  const lost = all.filter((weight, i) => weight !== 0 && weights.masks[i] === 0).length;
  return lost === 0 ? [] : [`${lost} of ${all.length} weights are too small and become zero`];
}

/**
 * Translates a pipeline that fits one core into the configuration of a board: one population, four
 * bits a weight, CAM and SRAM entries, bias codes.
 *
 * @throws UnsupportedPipelineError with every limit that is broken
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'output' }));
 * deploy(net).where('output', 1).neuron; // 1
 * ```
 */
export function deploy(pipeline: Pipeline, options: DeployOptions = {}): Deployment {
  if (pipeline.stages[0]?.emits !== 'weighted') {
    throw new UnsupportedPipelineError('chip', [
      `the pipeline opens with ${pipeline.stages[0]?.name}; put a linear stage before it, so that its input has weights of four bits`,
    ]);
  }
  const network = mergeStages(pipeline);
  const { quantiser = quantise } = options;
  const weights = quantiser(
    Float64Array.from([...network.input.values, ...network.recurrent.values]),
  );
  const synapses = quantiseNetwork(network, weights);
  const { Iscale } = network.parameters;
  const neurons = Array.from({ length: network.recurrent.rows }, (_, n) => n);
  const base = weights.base.map((value) => value * Iscale);
  const currents = sharedCurrents(network.parameters, neurons, base);
  const { place = neurons } = options;
  const problems = [...allocationProblems(synapses), ...placeProblems(place, neurons.length)];
  const { parameters, remarks } = coreBiases(currents);
  problems.push(...remarks);
  if (problems.length > 0) throw new UnsupportedPipelineError('chip', problems);

  const { neurons: allocated, inputChannels } = allocateCore(synapses, place);
  const idle = idleCore();
  const configuration: ChipConfiguration = {
    chips: [{ cores: [{ neurons: allocated, parameters }, idle, idle, idle] }],
  };
  const hardware = (n: number): HardwareNeuron => ({
    chip: 0,
    core: 0,
    neuron: place[n]!,
    word: monitorReply(0, 0, place[n]!),
  });
  const where = (population: string, index: number): HardwareNeuron => {
    const known = network.populations[population];
    if (known === undefined || !(Number.isInteger(index) && index >= 0 && index < known.size)) {
      const all = Object.entries(network.populations).map(
        ([name, { size }]) => `${name} (0…${size - 1})`,
      );
      throw new InvalidArgumentError('no such neuron', [
        `there is no neuron ${index} of ${population}; there are ${all.join(', ')}`,
      ]);
    }
    return hardware(known.first + index);
  };
  const output = network.populations[network.output]!;
  return {
    configuration,
    inputChannels,
    outputChannels: Array.from({ length: output.size }, (_, i) => where(network.output, i)),
    where,
    quantised: quantisedPipeline(pipeline, synapses),
    weights,
    currents,
    remarks: lostWeights(network, weights),
    dt: network.dt,
  };
}
