import { digest } from '../digest.ts';
import { InvalidArgumentError } from '../errors.ts';
import { type Engine, referenceEngine } from '../neuron/engine.ts';
import { drawMismatch, type Mismatch } from '../neuron/mismatch.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { stageWeights } from '../pipeline/stage.ts';
import {
  type AdamConfig,
  type AdamState,
  adamProblems,
  adamState,
  adamStep,
  learningRateAt,
} from './adam.ts';
import { pipelineGradient, pipelineParameters, withWeights } from './gradient.ts';
import { type Loss, lossFunction, lossProblems, meanSquaredError } from './loss.ts';
import type { TrainingSample } from './sample.ts';

/** Bounds of the weights of a stage, in units of weight. */
export interface WeightLimits {
  /** Least weight: how strongly a synapse may inhibit. */
  readonly least?: number;
  /** Greatest weight: how strongly a synapse may excite. */
  readonly most?: number;
}

/** How to train. */
export interface TrainingOptions {
  /** Passes over all samples. */
  readonly epochs: number;
  /** What to make small; the plain mean squared error where left out. */
  readonly loss?: Loss;
  /** How to step; Adam at 6e-3 falling to 2 % of it where left out. */
  readonly optimiser?: AdamConfig;
  /** Mismatch in training, redrawn `every` epochs (100 where left out); none where left out. */
  readonly mismatch?: Mismatch & { readonly every?: number };
  /** Bounds of the weights of a stage, by its name; none where left out. */
  readonly weightLimits?: Readonly<Record<string, WeightLimits>>;
  /** Seed of the mismatch; 0 where left out. */
  readonly seed?: number;
  /** Goes on from here. */
  readonly checkpoint?: Checkpoint;
  /** What computes the neurons; the reference where left out. */
  readonly engine?: Engine;
}

/** Everything that training needs to go on to the same result, to the last bit. */
export interface Checkpoint {
  /** Epochs done. */
  readonly epoch: number;
  /** Loss of the last epoch. */
  readonly loss: number;
  /** All trainable weights in one run. */
  readonly weights: Float64Array;
  /** What Adam remembers: the mean of the gradient. */
  readonly mean: Float64Array;
  /** What Adam remembers: the mean of its square. */
  readonly square: Float64Array;
  /** Digest of pipeline, samples and options that it belongs to. */
  readonly belongsTo: string;
}

/** Training that can be advanced at will. */
export interface Training {
  /** Epochs done. */
  readonly epoch: number;
  /** Epochs to do in all. */
  readonly epochs: number;
  /** Loss of the last epoch, before its step; NaN before the first. */
  readonly loss: number;
  /** Learning rate of the next epoch. */
  readonly learningRate: number;
  /** Does up to `epochs` more epochs. */
  advance(epochs: number): void;
  /** The pipeline with the weights of now. */
  pipeline(): Pipeline;
  /** Everything needed to go on later. */
  checkpoint(): Checkpoint;
}

const defaultOptimiser: AdamConfig = {
  learningRate: 6e-3,
  schedule: { kind: 'exponential', final: 0.02 },
};

/** One bound for every single weight; `absent` where a stage has none. */
function limitsOf(
  pipeline: Pipeline,
  limits: Readonly<Record<string, WeightLimits>>,
  side: keyof WeightLimits,
  absent: number,
): Float64Array {
  return Float64Array.from(
    pipeline.stages.flatMap((stage) => {
      const count = stageWeights(stage)?.values.length ?? 0;
      return new Array<number>(count).fill(limits[stage.name]?.[side] ?? absent);
    }),
  );
}

function sampleProblems(pipeline: Pipeline, samples: readonly TrainingSample[]): string[] {
  if (samples.length === 0) return ['there are no samples; at least one is needed'];
  const { steps } = samples[0]!.input;
  return samples.flatMap(({ input }, i) => [
    ...(input.channels === pipeline.channelsIn
      ? []
      : [`sample ${i} has ${input.channels} channels; the pipeline takes ${pipeline.channelsIn}`]),
    ...(input.dt === pipeline.dt
      ? []
      : [`sample ${i} has dt ${input.dt} s; the pipeline ${pipeline.dt} s`]),
    ...(input.steps === steps
      ? []
      : [`sample ${i} has ${input.steps} steps; sample 0 has ${steps}`]),
  ]);
}

function optionProblems(pipeline: Pipeline, options: TrainingOptions): string[] {
  const { epochs, mismatch, weightLimits = {}, optimiser = defaultOptimiser } = options;
  const problems = adamProblems(optimiser);
  if (!Number.isSafeInteger(epochs) || epochs < 0) {
    problems.push(`epochs is ${epochs}; a whole number of at least 0 is needed`);
  }
  if (mismatch !== undefined) {
    const { percent, sigmaRule = 3, every = 100 } = mismatch;
    if (!(percent >= 0)) problems.push(`mismatch.percent is ${percent}; it must not be negative`);
    if (!(sigmaRule > 0)) problems.push(`mismatch.sigmaRule is ${sigmaRule}; it must be above 0`);
    if (!(Number.isSafeInteger(every) && every > 0)) {
      problems.push(`mismatch.every is ${every}; a whole number above 0 is needed`);
    }
  }
  const names = pipeline.stages.map(({ name }) => name);
  for (const [name, limits] of Object.entries(weightLimits)) {
    const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = limits;
    if (!names.includes(name)) {
      problems.push(`weightLimits names ${name}; the stages are ${names.join(', ')}`);
    }
    if (!(least <= most)) {
      problems.push(`weightLimits.${name} has least ${least} above most ${most}`);
    }
  }
  return problems;
}

/** Plain data as text, the same whatever the order in which it was written. */
function canonicalJson(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Digest of everything that decides the result. */
function digestOf(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  options: TrainingOptions,
) {
  const { checkpoint: _, engine = referenceEngine, ...deciding } = options;
  const parameters = pipelineParameters(pipeline);
  const scales = parameters.map(({ Iscale }) => Iscale);
  const labels = samples.map(({ label }) => label);
  return digest(
    canonicalJson([deciding, engine.name, pipeline.dt, scales, labels]),
    ...pipeline.stages.flatMap((stage) => stageWeights(stage)?.values ?? []),
    ...parameters.flatMap(({ Iscale: _, ...arrays }) => Object.values(arrays)),
    ...samples.flatMap(({ input, target }) => [input.counts, Float64Array.from(target ?? [])]),
  );
}

/**
 * Prepares training of all weights of `pipeline` by gradients through time.
 *
 * @throws InvalidArgumentError with all reasons; also where a checkpoint belongs to something else
 */
export function startTraining(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  options: TrainingOptions,
): Training {
  const { epochs, seed = 0, mismatch, weightLimits = {}, checkpoint } = options;
  const { loss: lossKind = meanSquaredError(), optimiser = defaultOptimiser } = options;
  const problems = [
    ...sampleProblems(pipeline, samples),
    ...lossProblems(lossKind, samples, pipeline.channelsOut),
    ...optionProblems(pipeline, options),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('training cannot start', problems);
  const belongsTo = digestOf(pipeline, samples, options);
  if (checkpoint !== undefined && checkpoint.belongsTo !== belongsTo) {
    throw new InvalidArgumentError('training cannot go on from this checkpoint', [
      'it belongs to another pipeline, other samples or other options; use the same ones or start anew',
    ]);
  }

  const { steps } = samples[0]!.input;
  const lossOf = lossFunction(lossKind, samples, steps, pipeline.channelsOut);
  const engine = options.engine ?? referenceEngine;
  const problem = pipelineGradient(pipeline, samples, lossOf, engine);
  const least = limitsOf(pipeline, weightLimits, 'least', Number.NEGATIVE_INFINITY);
  const most = limitsOf(pipeline, weightLimits, 'most', Number.POSITIVE_INFINITY);
  const nominal = pipelineParameters(pipeline);
  const every = mismatch?.every ?? 100;
  const memory: AdamState = adamState(problem.weights.length);
  let epoch = checkpoint?.epoch ?? 0;
  let loss = checkpoint?.loss ?? Number.NaN;
  let drawn = -1;
  if (checkpoint !== undefined) {
    problem.weights.set(checkpoint.weights);
    memory.mean.set(checkpoint.mean);
    memory.square.set(checkpoint.square);
  }

  /** Uses the mismatch that belongs to this epoch; a resumed run draws the same. */
  const drawSilicon = (): void => {
    const draw = Math.floor(epoch / every);
    if (mismatch === undefined || draw === drawn) return;
    drawn = draw;
    problem.setParameters(
      nominal.map((parameters, stage) => drawMismatch(parameters, mismatch, seed, stage, draw)),
    );
  };
  const limitWeights = (): void => {
    const { weights } = problem;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i]! > most[i]!) weights[i] = most[i]!;
      else if (weights[i]! < least[i]!) weights[i] = least[i]!;
    }
  };
  return {
    get epoch() {
      return epoch;
    },
    epochs,
    get loss() {
      return loss;
    },
    get learningRate() {
      return learningRateAt(optimiser, epoch, epochs);
    },
    advance(count) {
      for (const end = Math.min(epochs, epoch + count); epoch < end; epoch++) {
        drawSilicon();
        loss = problem.evaluate();
        const rate = learningRateAt(optimiser, epoch, epochs);
        adamStep(optimiser, memory, problem.weights, problem.gradient, epoch, rate);
        limitWeights();
      }
    },
    pipeline: () => withWeights(pipeline, problem.weights),
    checkpoint: () => ({
      epoch,
      loss,
      weights: problem.weights.slice(),
      mean: memory.mean.slice(),
      square: memory.square.slice(),
      belongsTo,
    }),
  };
}
