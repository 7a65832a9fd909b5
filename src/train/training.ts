/** Training of all weights of a pipeline, epoch by epoch. */
import { InvalidArgumentError } from '../errors.ts';
import { defaultEngine } from '../kernel/engine.ts';
import { drawMismatch } from '../neurons/mismatch.ts';
import type { AnalogParameters } from '../neurons/model-table.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { fault } from '../problems.ts';
import { stageWeights } from '../stages/stage.ts';
import { learningRateAt } from './adam.ts';
import type { Checkpoint } from './checkpoint.ts';
import { pipelineParameters, withWeights } from './gradient.ts';
import { startLearner } from './learner.ts';
import { meanSquaredError } from './loss.ts';
import { perTrial } from './mismatch.ts';
import type { TrainingSample } from './sample.ts';
import { trainingDigest } from './training-digest.ts';
import {
  defaultOptimiser,
  type TrainingOptions,
  trainingProblems,
  type WeightLimits,
} from './training-options.ts';

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
   * @throws InvalidArgumentError if the call before has not resolved yet
   */
  advance(epochs: number): void | Promise<void>;
  /** The pipeline with the weights of now. */
  pipeline(): Pipeline;
  /** Everything needed to go on later. */
  checkpoint(): Checkpoint;
  /** Gives back the threads of the engine; it can only be looked at then. */
  close(): Promise<void>;
}

/** One bound for every single weight; `absent` where a stage has none. */
function limitsOf(
  pipeline: Pipeline,
  limits: Readonly<Record<string, WeightLimits>>,
  side: keyof WeightLimits,
  absent: number,
): Float64Array {
  const counts = pipeline.stages.map((stage) => stageWeights(stage)?.values.length ?? 0);
  const bounds = new Float64Array(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  for (const [i, { name }] of pipeline.stages.entries()) {
    bounds.fill(limits[name]?.[side] ?? absent, at, at + counts[i]!);
    at += counts[i]!;
  }
  return bounds;
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
  const problems = trainingProblems(pipeline, samples, options);
  if (problems.length > 0) throw new InvalidArgumentError('training cannot start', problems);
  const { epochs, seed = 0, mismatch, weightLimits = {}, checkpoint } = options;
  const { loss: lossKind = meanSquaredError(), optimiser = defaultOptimiser } = options;
  const belongsTo = trainingDigest(pipeline, samples, options);
  if (checkpoint !== undefined && checkpoint.belongsTo !== belongsTo) {
    throw new InvalidArgumentError('training cannot go on from this checkpoint', [
      fault(
        'checkpoint',
        'conflict',
        'it belongs to another pipeline, other samples or other options; use the same ones or start anew',
      ),
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
          fault('', 'conflict', 'it is advancing already; wait for the promise of the call before'),
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
