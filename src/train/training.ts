/** Training of all weights of a pipeline, epoch by epoch. */
import { InvalidArgumentError } from '../errors.ts';
import { defaultEngine } from '../kernel/engine.ts';
import { engineCheck } from '../neurons/engine.ts';
import { number, readOnce, readPlain } from '../options.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { fault, within } from '../problems.ts';
import { stageWeights } from '../stages/stage.ts';
import { learningRateAt } from './adam.ts';
import { learningBatches } from './batches.ts';
import { type Checkpoint, checkpointProblems } from './checkpoint.ts';
import { epochRunner, type NotFinite } from './epochs.ts';
import { pipelineParameters, pipelineWeights, withWeights } from './gradient.ts';
import { startLearner } from './learner.ts';
import { meanSquaredError } from './loss.ts';
import { learningMismatch } from './mismatch.ts';
import type { TrainingSample } from './sample.ts';
import { trainingDigest } from './training-digest.ts';
import { TrainingError } from './training-error.ts';
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
   * @throws TrainingError if numbers come out that are not finite; the training keeps what it had before
   * @throws InvalidArgumentError if the call before has not resolved yet, or this is no number of epochs
   */
  advance(epochs: number): void | Promise<void>;
  /** The pipeline with the weights after {@link Training.epoch} epochs, while others are on the way too. */
  pipeline(): Pipeline;
  /** Everything needed to go on later from {@link Training.epoch}. */
  checkpoint(): Checkpoint;
  /** Gives back the threads of the engine; it can only be looked at then. */
  close(): Promise<void>;
}

/** Training that is reported on. */
export interface ReportedTraining extends Training {
  /** What {@link Training.checkpoint} is now, for whoever asks later: until then, no weight is copied. */
  checkpointOfNow(): () => Checkpoint;
}

/** One bound for every single weight, `absent` where a stage has none; undefined if no stage has any. */
function limitsOf(
  pipeline: Pipeline,
  limits: Readonly<Record<string, WeightLimits>>,
  side: keyof WeightLimits,
  absent: number,
): Float64Array | undefined {
  if (Object.values(limits).every((own) => own[side] === undefined)) return undefined;
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
  return prepareTraining(pipeline, samples, options);
}

/** {@link startTraining}, to be reported on. */
export function prepareTraining(
  pipeline: Pipeline,
  samples: readonly TrainingSample[],
  options: TrainingOptions,
): ReportedTraining {
  options = readOnce(options, { engine: engineCheck });
  samples = readPlain(samples);
  const problems = trainingProblems(pipeline, samples, options);
  if (problems.length > 0) throw new InvalidArgumentError('training cannot start', problems);
  const { epochs, seed = 0, mismatch, weightLimits = {}, checkpoint } = options;
  const { loss: lossKind = meanSquaredError(), optimiser = defaultOptimiser } = options;
  const belongsTo = trainingDigest(pipeline, samples, options);
  if (checkpoint !== undefined) {
    const { length } = pipelineWeights(pipeline);
    const found =
      checkpoint.belongsTo === belongsTo
        ? within('checkpoint', checkpointProblems(checkpoint, length, epochs))
        : [
            fault(
              'checkpoint',
              'conflict',
              'it belongs to another pipeline, other samples or other options; use the same ones or start anew',
            ),
          ];
    if (found.length > 0) {
      throw new InvalidArgumentError('training cannot go on from this checkpoint', found);
    }
  }

  const batches = learningBatches(options.batch, samples.length, seed);
  const drawn = learningMismatch(mismatch, seed, batches?.size ?? samples.length);
  let advancing = false;
  const min = limitsOf(pipeline, weightLimits, 'min', Number.NEGATIVE_INFINITY);
  const max = limitsOf(pipeline, weightLimits, 'max', Number.POSITIVE_INFINITY);
  const given = pipelineWeights(pipeline);
  const learner = startLearner({
    pipeline,
    weights: given,
    samples,
    instances: mismatch?.instances ?? 1,
    ...(batches === undefined ? {} : { batches }),
    loss: lossKind,
    optimiser,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    parameters: pipelineParameters(pipeline),
    ...(drawn === undefined ? {} : { mismatch: drawn }),
    engine: options.engine ?? defaultEngine(),
  });
  if (checkpoint !== undefined) {
    learner.write('weights', checkpoint.weights);
    learner.write('mean', checkpoint.mean);
    learner.write('square', checkpoint.square);
  }

  // What Adam remembers before the first step.
  const none = new Float64Array(given.length);
  const runner = epochRunner({
    pipeline,
    learner,
    start: {
      epoch: checkpoint?.epoch ?? 0,
      loss: checkpoint?.loss ?? Number.NaN,
      weights: checkpoint?.weights ?? given,
      mean: checkpoint?.mean ?? none,
      square: checkpoint?.square ?? none,
    },
    epochs,
  });
  // What was never trained is as it was given, to the last bit.
  const trained = (): Pipeline =>
    runner.learnt.epoch === 0 ? pipeline : withWeights(pipeline, runner.learnt.weights);
  const saved = ({ epoch, loss, weights, mean, square } = runner.learnt): Checkpoint => ({
    ...{ epoch, loss, belongsTo },
    ...{ weights: weights.slice(), mean: mean.slice(), square: square.slice() },
  });
  let failure: TrainingError | undefined;
  const fail = ({ what, stages }: NotFinite): never => {
    failure = new TrainingError(what, stages, { pipeline: trained(), checkpoint: saved() });
    throw failure;
  };
  const advanceTo = (end: number): void | Promise<void> => {
    while (runner.epoch < end) {
      const { epoch } = runner;
      const rates = new Float64Array(Math.min(end - epoch, ratesAtOnce));
      for (let k = 0; k < rates.length; k++) {
        rates[k] = learningRateAt(optimiser, epoch + k, epochs);
      }
      const learning = runner.learn(rates, fail);
      if (learning !== undefined) return learning.then(() => advanceTo(end));
    }
    return undefined;
  };
  return {
    get epoch() {
      return runner.epoch;
    },
    epochs,
    get loss() {
      return runner.loss;
    },
    get learningRate() {
      return learningRateAt(optimiser, runner.epoch, epochs);
    },
    advance(count) {
      const problems = within('epochs', counts(count));
      if (advancing) {
        const needed = 'it is advancing already; wait for the promise of the call before';
        problems.push(fault('', 'conflict', needed));
      }
      if (problems.length > 0) {
        throw new InvalidArgumentError('training cannot advance', problems);
      }
      if (failure !== undefined) throw failure;
      const done = advanceTo(Math.min(epochs, runner.epoch + count));
      if (done === undefined) return undefined;
      advancing = true;
      return done.finally(() => {
        advancing = false;
      });
    },
    pipeline: trained,
    checkpoint: () => saved(),
    checkpointOfNow() {
      const { learnt } = runner;
      return () => saved(learnt);
    },
    close: () => learner.close(),
  };
}

/** Epochs whose learning rates are worked out together. */
const ratesAtOnce = 2 ** 16;

const counts = number({ min: 0, whole: true, infinite: true });
