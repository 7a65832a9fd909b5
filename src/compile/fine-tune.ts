/** Trains on with the weights that a chip can hold. */
import type { DefaultConfiguration } from '../chips/families.ts';
import { InvalidArgumentError } from '../errors.ts';
import { defaultEngine } from '../kernel/engine.ts';
import type { Engine } from '../neurons/engine.ts';
import { engineCheck } from '../neurons/engine.ts';
import {
  anything,
  callback,
  number,
  type OptionTable,
  optionProblems,
  readOnce,
  readPlain,
} from '../options.ts';
import { pipelineProblems } from '../pipeline/guard.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type Problem, problem, within } from '../problems.ts';
import { type AdamConfig, adamCheck, adamState, adamStep, learningRateAt } from '../train/adam.ts';
import { pipelineParameters, pipelineWeights, withWeights } from '../train/gradient.ts';
import { startLearner } from '../train/learner.ts';
import { type Loss, lossProblems, meanSquaredError } from '../train/loss.ts';
import { sampleProblems, type TrainingSample } from '../train/sample.ts';
import { listenersOf } from './back/model.ts';
import { deploy } from './deploy.ts';
import type { Deployment, DeployOptions } from './deployment.ts';

/** How to train weights of four bits. */
export interface FineTuneOptions<Configuration = DefaultConfiguration> {
  /** Passes over all samples. */
  readonly epochs: number;
  /** What to make small; the plain mean squared error if left out. */
  readonly loss?: Loss;
  /** How to step; Adam at a hundredth of the largest weight if left out. */
  readonly optimiser?: AdamConfig;
  /** How to deploy. */
  readonly deploy?: DeployOptions<Configuration>;
  /** What computes the neurons; the kernel if left out. */
  readonly engine?: Engine;
  /** Hears of every epoch and its loss, with the weights in four bits. */
  readonly progress?: (epoch: number, loss: number) => void;
}

/** What fine-tuning found. */
export interface FineTuned<Configuration = DefaultConfiguration> {
  /** The tuned weights on the chip, on the same base currents as before. */
  readonly deployment: Deployment<Configuration>;
  /** Loss of the weights as they were quantised. */
  readonly lossBefore: number;
  /** Loss of the tuned weights, in four bits; never above the one before. */
  readonly loss: number;
  /** Whether any weight is another than before. */
  readonly moved: boolean;
  /** If fine-tuning did not help, why; then the remarks of the deployment. */
  readonly remarks: readonly string[];
}

/** Says why fine-tuning left everything as it was, if it did. */
function describeStandstill(
  moved: boolean,
  epochs: number,
  reached: boolean,
  largestGradient: number,
  loss: number,
): string[] {
  if (moved || epochs === 0) return [];
  const why =
    largestGradient === 0
      ? 'no weight has a gradient: what should spike is silent; separate its population on cores of its own, or train it with larger weights'
      : reached
        ? 'no other weights that the base currents can say had a smaller loss'
        : 'no step was large enough to reach another weight that the base currents can say; raise the learning rate or the epochs';
  return [`fine-tuning did not move: the loss stays ${loss.toPrecision(3)}; ${why}`];
}

/** Magnitudes that each weight of a pipeline can have, by the core of the neuron that listens. */
function levelsOf({ family, cores, quantised, population }: Deployment<unknown>): Float64Array[] {
  const byNeuron: Float64Array[] = [];
  for (const { neurons, weights } of cores) {
    const levels = family.levels(weights.base).sort();
    for (const n of neurons) byNeuron[n] = levels;
  }
  return Array.from(listenersOf(quantised, population), (n) => byNeuron[n]!);
}

/** The nearest weight that four bits can say. */
function project(weight: number, levels: Float64Array): number {
  const size = Math.abs(weight);
  let best = 0;
  for (const level of levels) {
    if (Math.abs(level - size) < Math.abs(best - size)) best = level;
  }
  return best === 0 ? 0 : Math.sign(weight) * best;
}

const table: OptionTable<FineTuneOptions> = {
  epochs: number({ min: 0, max: 100_000, whole: true, unit: 'epochs' }),
  loss: anything,
  optimiser: anything,
  deploy: anything,
  engine: engineCheck,
  progress: callback,
};

function tuningProblems(
  net: Pipeline,
  samples: readonly TrainingSample[],
  options: FineTuneOptions<unknown>,
): Problem[] {
  const wrong = [
    ...within('pipeline', pipelineProblems(net)),
    ...optionProblems(options, table, 'epochs'),
  ];
  if (!Array.isArray(samples)) {
    wrong.push(problem('samples', 'wrong-type', samples, 'a list of samples is needed'));
  }
  if (wrong.some(({ path }) => path !== 'epochs')) return wrong;
  const { loss = meanSquaredError(), optimiser } = options;
  return [
    ...sampleProblems(net, samples),
    ...lossProblems(loss, samples, net.channelsOut),
    ...(optimiser === undefined ? [] : within('optimiser', adamCheck(optimiser))),
    ...wrong,
  ];
}

/**
 * Trains on with the weights in four bits, starting from those that quantisation gives: each epoch runs with
 * the nearest weights that the base currents of their core can express, and the gradient found there
 * moves what is behind them (straight through: rounding counts as the identity). Base currents stay, and
 * so do weights that are zero, so that what fitted the chip still does. Keeps the best weights that it
 * saw. Always gives the same for the same input. Stages keep the currents that were asked for; that a core
 * shares and rounds them is not trained for.
 *
 * @throws InvalidArgumentError with all reasons
 * @throws UnsupportedPipelineError if the pipeline does not fit the chip
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[5.2], [3.1]] }), dynapSim({ neurons: 1, Ispkthr: 1e-8 }));
 * const input = poissonRaster({ channels: 2, rate: 200, duration: 0.1, seed: 1 });
 * const samples = [{ input, target: new Array<number>(100).fill(0.1) }];
 * const { loss, lossBefore } = await fineTune(net, samples, { epochs: 20 });
 * loss <= lossBefore; // true
 * ```
 */
export async function fineTune<Configuration = DefaultConfiguration>(
  net: Pipeline,
  samples: readonly TrainingSample[],
  options: FineTuneOptions<Configuration>,
): Promise<FineTuned<Configuration>> {
  options = readOnce(options, table);
  samples = readPlain(samples);
  const problems = tuningProblems(net, samples, options);
  if (problems.length > 0) throw new InvalidArgumentError('fine-tuning cannot start', problems);
  const { epochs, loss = meanSquaredError(), progress } = options;
  const start = deploy(net, options.deploy);
  const levels = levelsOf(start);
  const behind = pipelineWeights(start.quantised);
  const largest = behind.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0);
  const { optimiser = { learningRate: largest / 100 } } = options;
  // Synapses only add to a dendrite.
  const dendritic = start.quantised.stages.some(
    ({ parameters }) => parameters?.model === 'dynapSe2',
  );
  const absent = behind.map((weight) => Number(weight === 0));
  const memory = adamState(behind.length);
  const learner = startLearner({
    pipeline: start.quantised,
    samples,
    loss,
    optimiser,
    parameters: pipelineParameters(start.quantised),
    engine: options.engine ?? defaultEngine(),
  });
  let best = behind.slice();
  let lowest = Number.POSITIVE_INFINITY;
  let lossBefore = Number.NaN;
  let largestGradient = 0;
  let first: Float64Array | undefined;
  let reached = false;
  try {
    for (let epoch = 0; epoch <= epochs; epoch++) {
      const bits = behind.map((weight, i) => project(weight, levels[i]!));
      learner.write('weights', bits);
      learner.evaluate();
      if (epoch === 0) lossBefore = learner.loss;
      if (learner.loss < lowest) {
        lowest = learner.loss;
        best = bits;
      }
      progress?.(epoch, learner.loss);
      first ??= bits;
      reached ||= bits.some((weight, i) => weight !== first![i]);
      const gradient = learner.read('gradient').map((slope, i) => (absent[i] === 1 ? 0 : slope));
      largestGradient = gradient.reduce(
        (max, slope) => Math.max(max, Math.abs(slope)),
        largestGradient,
      );
      const rate = learningRateAt(optimiser, epoch, epochs);
      adamStep(optimiser, memory, behind, gradient, epoch, rate);
      if (dendritic) for (const [i, weight] of behind.entries()) behind[i] = Math.max(0, weight);
    }
  } finally {
    await learner.close();
  }
  // The cores stay as they are, whatever the tuned weights would ask for.
  const { cluster: _, ...asked } = options.deploy ?? {};
  const pins =
    asked.hardware === undefined
      ? { cores: start.hardware.map(({ chip, core }) => ({ chip, core })) }
      : {};
  const deployment = deploy(withWeights(start.quantised, best), {
    ...asked,
    ...pins,
    quantiser: (weights, core, synapses) =>
      start.family.encode(weights, start.cores[core]!.weights.base, synapses),
  });
  const moved = best.some((weight, i) => weight !== first![i]);
  return {
    deployment,
    lossBefore,
    loss: lowest,
    moved,
    remarks: [
      ...describeStandstill(moved, epochs, reached, largestGradient, lowest),
      ...deployment.remarks,
    ],
  };
}
