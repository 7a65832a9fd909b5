export {
  type AdamConfig,
  type AdamState,
  adamState,
  adamStep,
  learningRateAt,
  type Schedule,
} from '../src/train/adam.ts';
export { packCheckpoint, unpackCheckpoint } from '../src/train/checkpoint.ts';
export {
  type PipelineGradient,
  pipelineGradient,
  pipelineParameters,
  pipelineWeights,
  withWeights,
} from '../src/train/gradient.ts';
export { type LearningTask, startLearner } from '../src/train/learner.ts';
export {
  type Loss,
  type LossFunction,
  lossFunction,
  meanSquaredError,
  rateCrossEntropy,
} from '../src/train/loss.ts';
export type { TrainingMismatch } from '../src/train/mismatch.ts';
export type { TrainingSample } from '../src/train/sample.ts';
export {
  type Checkpoint,
  startTraining,
  type Training,
  type TrainingOptions,
  type WeightLimits,
} from '../src/train/training.ts';
