import {
  dynapSe2,
  dynapSim,
  type Engine,
  type Loss,
  linear,
  meanSquaredError,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
  type StageDefinition,
  type TrainingSample,
} from 'spikeline';
import { type AnalogParameters, drawMismatch, type Learner, randomStream } from 'spikeline/neurons';
import { stageWeights } from 'spikeline/stages';
import { type LearningTask, pipelineWeights } from 'spikeline/train';
import {
  defaultDynapSe2Parameters,
  dendriteNames,
  dynapSe2ParameterNames,
} from '#src/neurons/dynap-se2/parameters';
import { defaultParameters, parameterNames } from '#src/neurons/dynap-sim/parameters';
import { pipelineParameters } from '#src/train/gradient';
import { startLearner } from '#src/train/learner';
import { moderate } from './populations.ts';

/** How the stages of a net follow each other. */
export const shapes = ['forward', 'recurrent', 'deep', 'bare', 'twice', 'chain'] as const;

/** How the stages of a net follow each other. */
export type NetShape = (typeof shapes)[number];

/** Which synapses the populations of a net have: one, four, or one and four in turn. */
export const models = ['lumped', 'dendritic', 'mixed'] as const;

/** Which synapses the populations of a net have. */
export type Model = (typeof models)[number];

/** What a random task looks like. */
export interface TaskConfig {
  readonly seed: number;
  readonly shape: NetShape;
  /** Neurons of the widest population. */
  readonly neurons: number;
  readonly trials: number;
  readonly steps: number;
  readonly loss: 'error' | 'entropy';
  /**
   * Factor on every current and every capacitance: the same spikes, but a spike per ampere weighs less or
   * more, and with it what comes back through recurrence, adaptation and later populations.
   */
  readonly unit?: number;
  /** Step, seconds; 1 ms where left out. */
  readonly dt?: number;
  /** Whether every trial runs on silicon of its own. */
  readonly perTrial?: boolean;
  /** Lumped where left out. */
  readonly model?: Model;
}

/** A task without an engine. */
export type Task = Omit<LearningTask, 'engine'>;

/** All currents and capacitances of a model, times `unit`. */
function scaled<Name extends string>(
  names: readonly Name[],
  values: Readonly<Record<Name, number>>,
  unit: number,
): Record<string, number> {
  const entries = names.filter((name) => /^[IC]/.test(name));
  return Object.fromEntries(entries.map((name) => [name, values[name] * unit]));
}

/** A net that spikes within a few steps, several times a step too. */
function netOf(config: TaskConfig): Pipeline {
  const { seed, shape, neurons, unit = 1, dt = 1e-3, model = 'lumped' } = config;
  const random = randomStream(seed, 'net');
  const weights = (rows: number, columns: number, mean: number, spread: number): number[][] =>
    Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => mean + spread * random.normal()),
    );
  // What comes from few neurons only excites, or nothing would happen behind them.
  const lively = (matrix: number[][]): number[][] =>
    matrix.length > 3 ? matrix : matrix.map((row) => row.map((weight) => 3 + Math.abs(weight)));
  const hasDendrites = (population: number): boolean =>
    model === 'dendritic' || (model === 'mixed' && (population + seed) % 2 === 1);
  /** Appends weights onto the other dendrites. */
  const onto = (population: number, matrix: number[][]): number[][] => {
    if (!hasDendrites(population)) return matrix;
    const [mean, spread] = [4 / matrix.length, 5 / Math.sqrt(matrix.length)];
    return matrix.map((row) => [...row, ...weights(3, row.length, mean, spread).flat()]);
  };
  const feed = (rows: number, columns: number, population: number): StageDefinition =>
    linear({
      weight: onto(population, lively(weights(rows, columns, 12 / rows, 16 / Math.sqrt(rows)))),
    });
  const own = {
    Ispkthr: 8e-9 * unit,
    Igain_mem: 8e-11 * unit,
    Iw_ahp: 2e-12 * unit,
    Igain_ahp: 3e-10 * unit,
    Ipulse_ahp: 1e-10 * unit,
    Iscale: 1e-8 * unit,
  };
  const loop = (size: number, population: number) => ({
    recurrent: onto(population, lively(weights(size, size, 0.3, 6 / Math.sqrt(size)))),
  });
  const population = (
    k: number,
    size: number,
    more: { readonly recurrent?: number[][] } = {},
  ): StageDefinition =>
    hasDendrites(k)
      ? dynapSe2({
          neurons: size,
          dt,
          ...scaled(dynapSe2ParameterNames, { ...defaultDynapSe2Parameters, ...moderate }, unit),
          If_nmda: (seed % 2 === 0 ? 1e-12 : 1e-9) * unit,
          ...own,
          ...more,
        })
      : dynapSim({
          neurons: size,
          dt,
          ...scaled(parameterNames, defaultParameters, unit),
          ...own,
          ...more,
        });
  // Without a matrix a spike has to weigh something by itself.
  const bare = (k: number) => ({
    Iscale: 2.5e-7 * unit,
    ...(hasDendrites(k) ? { Igain_gaba: 2e-14 * unit, Igain_shunt: 1e-11 * unit } : {}),
  });
  const channels = 2 + (seed % 5);
  const few = Math.max(1, neurons - 2);
  // A gradient of one entry is a sum that may cancel out; two are held to the larger.
  const some = Math.max(2, few);
  switch (shape) {
    case 'forward':
      return pipeline(feed(channels, neurons, 0), population(0, neurons));
    case 'recurrent':
      return pipeline(feed(channels, neurons, 0), population(0, neurons, loop(neurons, 0)));
    case 'deep':
      return pipeline(
        feed(channels, neurons, 0),
        population(0, neurons, loop(neurons, 0)),
        feed(neurons, few, 1),
        population(1, few, loop(few, 1)),
      );
    case 'bare':
      return pipeline(
        population(0, some, { ...bare(0), ...loop(some, 0) }),
        feed(some, neurons, 1),
        population(1, neurons),
      );
    case 'twice': {
      const first = hasDendrites(1) ? dendriteNames.length * neurons : neurons;
      return pipeline(
        feed(channels, first, 0),
        population(0, first),
        population(1, neurons, { ...bare(1), ...loop(neurons, 1) }),
      );
    }
    case 'chain':
      return pipeline(
        linear({ weight: lively(weights(channels, 3, 12 / channels, 16 / Math.sqrt(channels))) }),
        feed(3, neurons, 0),
        population(0, neurons, loop(neurons, 0)),
      );
  }
}

/** Patterns with counts above 1, and wanted spikes likewise. */
export function patterns(
  seed: number,
  { channelsIn, channelsOut, dt }: Pipeline,
  trials: number,
  steps: number,
): TrainingSample[] {
  return Array.from({ length: trials }, (_, trial) => {
    const random = randomStream(seed, 'pattern', trial);
    const draw = (size: number, mean: number): number[] =>
      Array.from({ length: size }, () => random.poisson(mean));
    const counts = Uint32Array.from(draw(steps * channelsIn, 0.4));
    return {
      input: { channels: channelsIn, steps, dt, startTime: 0, counts },
      target: draw(steps * channelsOut, 0.3),
      label: random.integer(channelsOut),
    };
  });
}

/** One set for every trial in a row. */
export function trialParameters<Parameters extends AnalogParameters>(
  parameters: Parameters,
  trials: number,
  seed: number,
  stage: number,
): Parameters {
  const chips = Array.from({ length: trials }, (_, trial) =>
    Object.values(drawMismatch(parameters, { fraction: 0.3 }, seed, stage, trial)),
  );
  const entries = Object.entries(parameters).map(([name, value], k) => [
    name,
    value instanceof Float64Array
      ? Float64Array.from(chips.flatMap((chip) => Array.from(chip[k] as Float64Array)))
      : value,
  ]);
  return { ...parameters, ...Object.fromEntries(entries) };
}

/** Draws a task. */
export function randomTask(config: TaskConfig): Task {
  const { seed, trials, steps, perTrial = false } = config;
  const net = netOf(config);
  const loss: Loss =
    config.loss === 'error' ? meanSquaredError([0.3, 1, 2.5][seed % 3]) : rateCrossEntropy(0.1);
  const size = pipelineWeights(net).length;
  return {
    pipeline: net,
    samples: patterns(seed, net, trials, steps),
    loss,
    optimiser: { learningRate: 0.05 },
    min: new Float64Array(size).fill(Number.NEGATIVE_INFINITY),
    max: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
    parameters: pipelineParameters(net).map((parameters, stage) =>
      perTrial
        ? trialParameters(parameters, trials, seed, stage)
        : drawMismatch(parameters, { fraction: 0.2 }, seed, stage),
    ),
  };
}

/** A learner of the task. */
export function learnerOf(engine: Engine, task: Task): Learner {
  return startLearner({ ...task, engine });
}

/** The parts of `values` that belong to one matrix each. */
function byMatrix({ stages }: Pipeline, values: Float64Array): Float64Array[] {
  const sizes = stages.flatMap((stage) => stageWeights(stage)?.values.length ?? []);
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return values.subarray(at - size, at);
  });
}

/** The same, the weights onto each dendrite by themselves. */
function byDendrite({ stages }: Pipeline, values: Float64Array): Float64Array[] {
  const matrices = stages.flatMap((stage, k) => {
    const weight = stageWeights(stage);
    const onto = stage.kind === 'linear' ? stages[k + 1] : stage;
    if (weight === undefined) return [];
    const size = weight.values.length;
    // A gradient of one entry is a sum that may cancel out.
    const apart = onto?.kind === 'dynapSe2' && size > dendriteNames.length;
    return [{ ...weight, size, dendrites: apart ? dendriteNames.length : 1 }];
  });
  let at = 0;
  return matrices.flatMap(({ size, columns, dendrites }) => {
    at += size;
    const own = values.subarray(at - size, at);
    return Array.from({ length: dendrites }, (_, dendrite) =>
      own.filter((_, i) => Math.floor(((i % columns) * dendrites) / columns) === dendrite),
    );
  });
}

/** The largest error as a fraction of the largest entry; none where all is zero in both. */
export function relativeError(found: Float64Array, expected: Float64Array): number {
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const errors = expected.map((value, i) => Math.abs(found[i]! - value));
  if (errors.every((error) => error === 0)) return 0;
  return errors.some(Number.isNaN) ? Number.NaN : Math.max(...errors) / largest;
}

/** How far a learner is from another. */
export interface Compared {
  /** Whether all spikes are the same; where not, a decision was turned by rounding, and nothing else says much. */
  readonly same: boolean;
  /** Relative error of the loss. */
  readonly loss: number;
  /** Largest error of the gradient of each matrix, onto each dendrite, as a fraction of its largest entry. */
  readonly gradient: readonly number[];
  /** Least of the largest entries of all matrices. */
  readonly slope: number;
  readonly spikes: number;
  readonly several: number;
}

/** Evaluates the task with `engine` and with the reference. */
export function compare(engine: Engine, task: Task): Compared {
  const [own, reference] = [engine, referenceEngine].map((each) => {
    const learner = learnerOf(each, task);
    learner.evaluate();
    return learner;
  }) as [Learner, Learner];
  const spikes = reference.spikes();
  const found = byDendrite(task.pipeline, own.read('gradient'));
  const expected = byDendrite(task.pipeline, reference.read('gradient'));
  const matrices = byMatrix(task.pipeline, reference.read('gradient'));
  return {
    same: own.spikes().every((count, i) => count === spikes[i]) && own.spikes().length > 0,
    loss: Math.abs(own.loss - reference.loss) / Math.max(reference.loss, 1e-9),
    gradient: found.map((part, k) => relativeError(part, expected[k]!)),
    slope: Math.min(...matrices.map((part) => Math.max(...part.map(Math.abs)))),
    spikes: spikes.reduce((sum, count) => sum + count, 0),
    several: spikes.filter((count) => count > 1).length,
  };
}
