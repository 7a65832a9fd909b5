export { biasCurrents } from './chip/bias-currents.ts';
export { type Bias, biasCurrent, biasRange, biasType, nearestBias } from './chip/bias-generator.ts';
export {
  type ChipConfiguration,
  type ChipCoresConfiguration,
  type CoreConfiguration,
  type Dendrite,
  dendrites,
  idleCore,
  idleNeuron,
  type LatchName,
  latchNames,
  type NeuronConfiguration,
  type SynapseConfiguration,
  weightMask,
  weightSwitches,
} from './chip/configuration.ts';
export {
  coreMask,
  coresOf,
  type Destination,
  destinationProblems,
  echoReply,
  echoTag,
  echoWord,
  eventOf,
  eventWord,
  fpgaHop,
  monitorDestination,
  monitorReply,
} from './chip/event.ts';
export { chipLimits } from './chip/limits.ts';
export {
  biasWord,
  type ChipMemory,
  chipMemories,
  configurationProblems,
  neuronOf,
  synapseOf,
  synapseWord,
} from './chip/memory.ts';
export {
  type CoreCurrentName,
  type CoreCurrents,
  type CoreParameterName,
  coreCurrentNames,
  coreParameterNames,
  coreParameters,
  currentParameter,
} from './chip/parameters.ts';
export { type Clock, systemClock } from './clock.ts';
export {
  allocateCore,
  allocationProblems,
  type CoreAllocation,
  type CoreSynapses,
} from './deploy/allocate.ts';
export {
  type AutoencoderQuantiseOptions,
  autoencoderQuantise,
} from './deploy/autoencoder-quantise.ts';
export {
  type CoreDirect,
  type CoreGainName,
  type CoreGains,
  type CoreLayout,
  type CoreTimeName,
  type CoreTimes,
  coreCurrents,
  coreGains,
  coreLayout,
  coreTimes,
  sharedCurrents,
  withGains,
  withTimes,
} from './deploy/core-currents.ts';
export {
  type Deployment,
  type DeployOptions,
  deploy,
  type HardwareNeuron,
} from './deploy/deploy.ts';
export { mergeStages, type Network, networkProblems } from './deploy/network.ts';
export {
  baseCount,
  encodeWeights,
  type QuantisedWeights,
  type QuantiseOptions,
  quantise,
  subsetSums,
} from './deploy/quantise.ts';
export {
  type FpgaSchedule,
  type FpgaScheduleConfig,
  fpgaSchedule,
} from './device/fpga-schedule.ts';
export type {
  HardwareEvents,
  Link,
  LinkInfo,
  LinkListener,
  LinkStatistics,
} from './device/link.ts';
export {
  type MemoryName,
  type VirtualBoard,
  type VirtualBoardConfig,
  type VirtualLink,
  virtualBoard,
} from './device/virtual/board.ts';
export { type Unwrapper, unwrapper, wrapPeriod, wrapTime } from './device/wrap.ts';
export {
  DataError,
  DeviceError,
  type DeviceErrorCode,
  InvalidArgumentError,
  KernelThreadError,
  SpikelineError,
  StorageError,
  UnsupportedPipelineError,
} from './errors.ts';
export { type AerPacket, aerPacket, emptyPacket } from './events/aer-packet.ts';
export { binOf, binStart, eventsToRaster, type Outside, rasterToEvents } from './events/convert.ts';
export { type Losses, lossCounter } from './events/losses.ts';
export { type PoissonConfig, poissonRaster } from './events/poisson.ts';
export {
  channelCounts,
  channelRates,
  type Grid,
  gridProblems,
  type SpikeRaster,
  type SpikeRasterConfig,
  spikeRaster,
  type WeightedRaster,
} from './events/spike-raster.ts';
export { defaultEngine, type KernelConfig, kernel } from './kernel/engine.ts';
export { type KernelFeatures, kernelFeatures } from './kernel/module.ts';
export { type Matrix, type MatrixInput, matrix, matrixRows } from './matrix.ts';
export { type StateGradient, stepBackward, zeroGradient } from './neuron/adjoint.ts';
export {
  type DynapSimCoefficients,
  dynapSimCoefficients,
  pulseWidth,
  timeConstant,
} from './neuron/coefficients.ts';
export { type Engine, referenceEngine } from './neuron/engine.ts';
export {
  type DifferentiableLayer,
  type NeuronLayer,
  type ReferenceLayer,
  referenceDifferentiableLayer,
  referenceLayer,
} from './neuron/layer.ts';
export type {
  Learner,
  LearningLayer,
  LearningLoss,
  LearningProblem,
  SparseSpikes,
  WeightArray,
} from './neuron/learner.ts';
export { drawMismatch, type Mismatch } from './neuron/mismatch.ts';
export {
  type CurrentName,
  currentNames,
  type DynapSimParameters,
  type DynapSimParametersInput,
  defaultParameters,
  dynapSimParameters,
  type LayoutName,
  layoutNames,
  type ParameterName,
  parameterNames,
} from './neuron/parameters.ts';
export { type DynapSimState, restState } from './neuron/state.ts';
export { type StepTape, stepForward, stepTape } from './neuron/step.ts';
export { fromStages, type Pipeline, pipeline } from './pipeline/pipeline.ts';
export { type PipelineRun, startPipeline } from './pipeline/run.ts';
export { packPipeline, pipelineFromJson, pipelineToJson, unpackPipeline } from './pipeline/save.ts';
export {
  type DynapSimConfig,
  type DynapSimStage,
  dynapSim,
  type LinearConfig,
  type LinearStage,
  linear,
  type Stage,
  type StageDefinition,
  stageWeights,
  withStageWeights,
} from './pipeline/stage.ts';
export type { Target, TargetObserver, TargetRun } from './pipeline/target.ts';
export { type Random, randomStream } from './random.ts';
export {
  type AdamConfig,
  type AdamState,
  adamState,
  adamStep,
  learningRateAt,
  type Schedule,
} from './train/adam.ts';
export { packCheckpoint, unpackCheckpoint } from './train/checkpoint.ts';
export {
  type PipelineGradient,
  pipelineGradient,
  pipelineParameters,
  pipelineWeights,
  withWeights,
} from './train/gradient.ts';
export { type LearningTask, startLearner } from './train/learner.ts';
export {
  type Loss,
  type LossFunction,
  lossFunction,
  meanSquaredError,
  rateCrossEntropy,
} from './train/loss.ts';
export type { TrainingMismatch } from './train/mismatch.ts';
export type { TrainingSample } from './train/sample.ts';
export {
  type Checkpoint,
  startTraining,
  type Training,
  type TrainingOptions,
  type WeightLimits,
} from './train/training.ts';
