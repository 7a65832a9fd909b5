/** From a configuration back to a pipeline. */
import { type DefaultConfiguration, defaultFamily } from '../../chips/families.ts';
import type {
  ChipFamily,
  ChipReading,
  CircuitModel,
  HardwareNeuron,
  PlacedSynapses,
  SynapseList,
} from '../../chips/family.ts';
import { familyCheck } from '../../chips/family-check.ts';
import { InvalidArgumentError, UnsupportedPipelineError } from '../../errors.ts';
import type { Matrix } from '../../matrix.ts';
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import { defaultParameters } from '../../neurons/dynap-sim/parameters.ts';
import {
  anything,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  readable,
  readOnce,
} from '../../options.ts';
import { type Pipeline, pipeline } from '../../pipeline/pipeline.ts';
import { fault, type Problem, problem, within } from '../../problems.ts';
import { dynapSe2 } from '../../stages/dynap-se2/definition.ts';
import { dynapSim } from '../../stages/dynap-sim/definition.ts';
import { linear } from '../../stages/linear/definition.ts';

/** What a configuration does not say. */
export interface NetworkFromOptions<Configuration = DefaultConfiguration> {
  /** Family of chips that the configuration is for; the DYNAP-SE2 if left out. */
  readonly family?: ChipFamily<Configuration>;
  /**
   * Event words of each input channel, which give the rows of the input matrix. If left out, there is a
   * channel for each tag that is listened to and that no neuron sends to the same core, in the order of tags.
   */
  readonly inputs?: readonly Uint32Array[];
  /** Neurons to read, in this order; if left out, all in use, in the order chip, core, neuron. */
  readonly hardware?: readonly HardwareNeuron[];
  /** Amperes per unit of weight; 1e-8 if left out. */
  readonly Iscale?: number;
  /** Step, seconds; 1 ms if left out. */
  readonly dt?: number;
  /**
   * What its neurons become: `dynapSim`, with one synapse; or `dynapSe2`, with all four dendrites. If left out,
   * the first model of the family that can be all that is there.
   */
  readonly model?: CircuitModel;
}

const table: OptionTable<NetworkFromOptions> = {
  family: familyCheck,
  inputs: anything,
  hardware: anything,
  Iscale: number({ above: 0, unit: 'amperes' }),
  dt: number({ above: 0, unit: 'seconds' }),
  model: oneOf(['dynapSim', 'dynapSe2']),
};

/** A network read back from a configuration. */
export interface RestoredNetwork {
  /** A linear stage `input` and one population `neurons`; built when it is asked for. */
  readonly pipeline: Pipeline;
  /** Hardware neuron of each neuron. */
  readonly hardware: readonly HardwareNeuron[];
  /** Event words of each input channel. */
  readonly inputWords: readonly Uint32Array[];
  /** The same network, synapse by synapse, with codes and dendrites. */
  readonly network: PlacedSynapses;
  /** What the configuration says and the pipeline does not. */
  readonly remarks: readonly string[];
}

/**
 * Weights of synapses in units of `Iscale`: `[pre][post]`, excitation above zero, inhibition below; or
 * `[pre][dendrite·neurons + post]`.
 */
function matrixOf(
  reading: ChipReading,
  synapses: SynapseList,
  rows: number,
  model: CircuitModel,
  Iscale: number,
): Matrix {
  const neurons = reading.network.hardware.length;
  const lumped = model === 'dynapSim';
  const columns = (lumped ? 1 : dendriteNames.length) * neurons;
  const values = new Float64Array(rows * columns);
  const { pre, post, dendrite } = synapses;
  for (const [i, current] of reading.weights(synapses, model).entries()) {
    const block = lumped ? 0 : dendrite[i]!;
    const at = pre[i]! * columns + block * neurons + post[i]!;
    values[at] = values[at]! + current / Iscale;
  }
  return { rows, columns, values };
}

/** Builds a pipeline of what was read. */
function build(
  reading: ChipReading,
  model: CircuitModel,
  Iscale: number,
  dt: number | undefined,
): Pipeline {
  const { input, recurrent, hardware, channels } = reading.network;
  const neurons = hardware.length;
  const weights = (list: SynapseList, rows: number): Matrix =>
    matrixOf(reading, list, rows, model, Iscale);
  const population = {
    ...reading.parameters(model),
    neurons,
    name: 'neurons',
    Iscale,
    ...(dt === undefined ? {} : { dt }),
    ...(recurrent.pre.length === 0 ? {} : { recurrent: weights(recurrent, neurons) }),
  };
  return pipeline(
    linear({ weight: weights(input, Math.max(channels, 1)), name: 'input' }),
    model === 'dynapSim' ? dynapSim(population) : dynapSe2(population),
  );
}

/** The first model of a family that can be all that is there; the last one if none can. */
function modelOf(reading: ChipReading, models: readonly CircuitModel[]): CircuitModel {
  return models.find((model) => reading.problems(model).length === 0) ?? models.at(-1)!;
}

function argumentProblems(configuration: unknown, options: unknown): Problem[] {
  return readable(() => wordProblems(configuration, options));
}

function wordProblems(configuration: unknown, options: unknown): Problem[] {
  const wrong = optionProblems(options, table);
  if (wrong.length > 0) return wrong;
  const { family = defaultFamily, inputs, hardware } = options as NetworkFromOptions;
  return [
    ...within('configuration', family.problems(configuration)),
    ...Object.entries({ inputs, hardware }).flatMap(([name, list]) =>
      list === undefined || Array.isArray(list)
        ? []
        : [problem(name, 'wrong-type', list, 'a list is needed')],
    ),
  ];
}

/**
 * Reads a configuration back into a pipeline: the network as the chip holds it, with the weights and
 * currents that its bias generators give. Neurons of all cores and chips become one population, silent
 * ones included: every neuron that listens, has its DC input on, or sends anywhere. A current whose
 * latch is open is zero. A network that listens to nothing has one channel that reaches nothing.
 *
 * @throws InvalidArgumentError with everything that no chip can hold, or if no neuron is in use
 * @throws UnsupportedPipelineError if neurons with one synapse are asked for, and dendrites are used that
 * these do not have
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[4, -4]] }), dynapSim({ neurons: 2 }));
 * const { configuration, inputWords } = deploy(net);
 * networkFrom(configuration, { inputs: inputWords }).pipeline.channelsOut; // 2
 * ```
 */
export function networkFrom<Configuration = DefaultConfiguration>(
  configuration: Configuration,
  options: NetworkFromOptions<Configuration> = {},
): RestoredNetwork {
  options = readOnce(options, table);
  configuration = readOnce(configuration);
  const problems = argumentProblems(configuration, options);
  if (problems.length > 0) {
    throw new InvalidArgumentError('this configuration cannot be read', problems);
  }
  const { inputs, hardware, Iscale = defaultParameters.Iscale, dt } = options;
  const family = (options.family ?? defaultFamily) as ChipFamily<Configuration>;
  const reading = family.read(configuration, {
    ...(inputs === undefined ? {} : { inputs }),
    ...(hardware === undefined ? {} : { hardware }),
  });
  const { network, inputWords, remarks } = reading;
  if (network.hardware.length === 0) {
    throw new InvalidArgumentError('this configuration holds no network', [
      fault('configuration', 'missing', 'no neuron listens, sends, or has its DC input on'),
    ]);
  }
  const { model = modelOf(reading, family.models) } = options;
  const unable = reading.problems(model);
  if (unable.length > 0) throw new UnsupportedPipelineError('simulator', unable);
  let built: Pipeline | undefined;
  return {
    get pipeline() {
      built ??= build(reading, model, Iscale, dt);
      return built;
    },
    hardware: network.hardware,
    inputWords: inputWords.length === 0 ? [new Uint32Array(0)] : inputWords,
    network: { ...network, channels: Math.max(network.channels, 1) },
    remarks,
  };
}
