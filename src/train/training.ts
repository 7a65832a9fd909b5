import { type Digestible, digest } from '../digest.ts';
import { InvalidArgumentError } from '../errors.ts';
import { defaultEngine } from '../kernel/engine.ts';
import type { Engine } from '../neurons/engine.ts';
import { drawMismatch } from '../neurons/mismatch.ts';
import type { AnalogParameters } from '../neurons/model-table.ts';
import { arraysOf } from '../neurons/state.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type Stage, stageWeights } from '../stages/stage.ts';
import { type AdamConfig, adamProblems, learningRateAt } from './adam.ts';
import { pipelineParameters, withWeights } from './gradient.ts';
import { startLearner } from './learner.ts';
import { type Loss, lossProblems, meanSquaredError } from './loss.ts';
import { mismatchProblems, perTrial, type TrainingMismatch } from './mismatch.ts';
import { sampleProblems, type TrainingSample } from './sample.ts';

/** Bounds of the weights of a stage, in units of weight. */
export interface WeightLimits {
  /** Least weight: how strongly a synapse may inhibit. */
  readonly min?: number;
  /** Greatest weight: how strongly a synapse may excite. */
  readonly max?: number;
}

/** How to train. */
export interface TrainingOptions {
  /** Passes over all samples. */
  readonly epochs: number;
  /** What to make small; the plain mean squared error where left out. */
  readonly loss?: Loss;
  /** How to step; Adam at 6e-3 falling to 2 % of it where left out. */
  readonly optimiser?: AdamConfig;
  /**
   * Mismatch of DynapSim and DYNAP-SE2 neurons in training; none where left out. With several instances the loss is the mean
   * over all of them.
   */
  readonly mismatch?: TrainingMismatch;
  /** Bounds of the weights of a stage, by its name; none where left out. */
  readonly weightLimits?: Readonly<Record<string, WeightLimits>>;
  /** Seed of the mismatch; 0 where left out. */
  readonly seed?: number;
  /** Goes on from here. */
  readonly checkpoint?: Checkpoint;
  /** What computes the neurons; the kernel where left out. */
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
  /**
   * Does up to `epochs` more epochs. Has done so when it returns, or, where the engine has threads of its
   * own, when what it returns resolves; rejects where one dies.
   *
   * @throws InvalidArgumentError where the call before has not resolved yet
   */
  advance(epochs: number): void | Promise<void>;
  /** The pipeline with the weights of now. */
  pipeline(): Pipeline;
  /** Everything needed to go on later. */
  checkpoint(): Checkpoint;
  /** Gives back the threads of the engine; it can only be looked at then. */
  close(): Promise<void>;
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

function optionProblems(pipeline: Pipeline, options: TrainingOptions): string[] {
  const { epochs, mismatch, weightLimits = {}, optimiser = defaultOptimiser } = options;
  const problems = adamProblems(optimiser);
  if (!Number.isSafeInteger(epochs) || epochs < 0) {
    problems.push(`epochs is ${epochs}; a whole number of at least 0 is needed`);
  }
  problems.push(...mismatchProblems(mismatch));
  if (mismatch !== undefined && pipelineParameters(pipeline).length === 0) {
    problems.push(
      'mismatch is drawn on DynapSim and DYNAP-SE2 neurons, and the pipeline has none; leave it out, or train what toDynapSim makes of the pipeline',
    );
  }
  const names = pipeline.stages.map(({ name }) => name);
  for (const [name, limits] of Object.entries(weightLimits)) {
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = limits;
    if (!names.includes(name)) {
      problems.push(`weightLimits names ${name}; the stages are ${names.join(', ')}`);
    }
    if (!(min <= max)) {
      problems.push(`weightLimits.${name} has min ${min} above max ${max}`);
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

/** What a stage holds beside weights and parameters of analog neurons: time constants, thresholds, factors. */
function constantsOf(stage: Stage): Digestible[] {
  return Object.entries<unknown>({ ...stage }).flatMap(([name, values]) =>
    values instanceof Float64Array ? [`${stage.kind} ${name}`, values] : [],
  );
}

/** Digest of everything that decides the result. */
function digestOf(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  options: TrainingOptions,
) {
  const { checkpoint: _, engine = defaultEngine(), ...deciding } = options;
  const parameters = pipelineParameters(pipeline);
  const scales = parameters.map(({ Iscale }) => Iscale);
  const labels = samples.map(({ label }) => label);
  return digest(
    canonicalJson([deciding, engine.name, pipeline.dt, scales, labels]),
    ...pipeline.stages.flatMap((stage) => stageWeights(stage)?.values ?? []),
    ...parameters.flatMap((own) => Object.values(arraysOf(own))),
    ...pipeline.stages.flatMap(constantsOf),
    ...samples.flatMap(({ input, target }) => [input.counts, Float64Array.from(target ?? [])]),
  );
}

/**
 * Prepares training of all weights of `pipeline` by gradients through time.
 *
 * @throws InvalidArgumentError with all reasons; also where a checkpoint belongs to something else, or the
 * engine cannot hold so much
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

  const { every = 100, instances = 1 } = mismatch ?? {};
  const nominal = pipelineParameters(pipeline);
  /** The silicon of a draw, one set for every population. */
  const silicon = (draw: number): AnalogParameters[] =>
    nominal.map((parameters, stage) => {
      if (mismatch === undefined) return parameters;
      const chips = Array.from({ length: instances }, (_, chip) =>
        drawMismatch(parameters, mismatch, seed, stage, draw, ...(chip === 0 ? [] : [chip])),
      );
      return instances === 1 ? chips[0]! : perTrial(chips, samples.length);
    });
  const drawAt = (epoch: number): number => Math.floor(epoch / every);
  let epoch = checkpoint?.epoch ?? 0;
  let loss = checkpoint?.loss ?? Number.NaN;
  let drawn = drawAt(epoch);
  let advancing = false;
  const learner = startLearner({
    pipeline,
    samples: Array.from({ length: instances }, () => samples).flat(),
    loss: lossKind,
    optimiser,
    min: limitsOf(pipeline, weightLimits, 'min', Number.NEGATIVE_INFINITY),
    max: limitsOf(pipeline, weightLimits, 'max', Number.POSITIVE_INFINITY),
    parameters: silicon(drawn),
    engine: options.engine ?? defaultEngine(),
  });
  if (checkpoint !== undefined) {
    learner.write('weights', checkpoint.weights);
    learner.write('mean', checkpoint.mean);
    learner.write('square', checkpoint.square);
  }

  /** Uses the mismatch that belongs to this epoch; a resumed run draws the same. */
  const drawSilicon = (): void => {
    if (mismatch === undefined || drawAt(epoch) === drawn) return;
    drawn = drawAt(epoch);
    learner.setParameters(silicon(drawn));
  };
  const advanceTo = (end: number): void | Promise<void> => {
    while (epoch < end) {
      drawSilicon();
      // Silicon stays the same until the next draw.
      const until = mismatch === undefined ? end : Math.min(end, (drawn + 1) * every);
      const rates = Float64Array.from({ length: until - epoch }, (_, k) =>
        learningRateAt(optimiser, epoch + k, epochs),
      );
      const learning = learner.learn(epoch, rates);
      const settle = (): void => {
        epoch = until;
        loss = learner.loss;
      };
      if (learning !== undefined) {
        return learning.then(() => {
          settle();
          return advanceTo(end);
        });
      }
      settle();
    }
    return undefined;
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
      if (advancing) {
        throw new InvalidArgumentError('training cannot advance', [
          'it is advancing already; wait for the promise of the call before',
        ]);
      }
      const done = advanceTo(Math.min(epochs, epoch + count));
      if (done === undefined) return undefined;
      advancing = true;
      return done.finally(() => {
        advancing = false;
      });
    },
    // What was never trained is as it was given, to the last bit.
    pipeline: () => (epoch === 0 ? pipeline : withWeights(pipeline, learner.read('weights'))),
    checkpoint: () => ({
      epoch,
      loss,
      weights: learner.read('weights'),
      mean: learner.read('mean'),
      square: learner.read('square'),
      belongsTo,
    }),
    close: () => learner.close(),
  };
}
