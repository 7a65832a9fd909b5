export type { AdamConfig, AdamState, Schedule } from '../src/train/adam.ts';
export type { Checkpoint } from '../src/train/checkpoint.ts';
export { packCheckpoint, unpackCheckpoint } from '../src/train/checkpoint.ts';
export {
  type PipelineGradient,
  pipelineGradient,
  pipelineWeights,
  withWeights,
} from '../src/train/gradient.ts';
export type { LearningTask } from '../src/train/learner.ts';
export {
  type Loss,
  type LossFunction,
  lossFunction,
  meanSquaredError,
  rateCrossEntropy,
} from '../src/train/loss.ts';
export type { TrainingMismatch } from '../src/train/mismatch.ts';
export type { TrainingSample } from '../src/train/sample.ts';
export { startTraining, type Training } from '../src/train/training.ts';
export { type KeptTraining, TrainingError } from '../src/train/training-error.ts';
export type { TrainingOptions, WeightLimits } from '../src/train/training-options.ts';
