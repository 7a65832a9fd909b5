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
export {
  type ConfigurationInspection,
  type CoreInspection,
  currentsOf,
  inspectConfiguration,
  type StrayDestination,
  type TagUse,
} from './chip/inspect.ts';
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
export { type FromSamnaJsonOptions, fromSamnaJson, toSamnaJson } from './chip/samna-json.ts';
export {
  type BiasSetting,
  type BiasSettings,
  type ChipSettings,
  type CoreSettings,
  chipParameterNames,
  chipSadcNames,
  coreSadcNames,
  type SadcGroupSettings,
  type Switches,
} from './chip/settings.ts';
export { type Clock, systemClock } from './clock.ts';
export { type Allocation, allocate } from './deploy/allocate.ts';
export { allocationProblems } from './deploy/allocation-problems.ts';
export {
  type AutoencoderQuantiseOptions,
  autoencoderQuantise,
} from './deploy/autoencoder-quantise.ts';
export { type ClusterOptions, clusterNeurons } from './deploy/cluster.ts';
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
export type { Quantiser } from './deploy/core-quantise.ts';
export { deploy } from './deploy/deploy.ts';
export type {
  DeployedCore,
  Deployment,
  DeployOptions,
  HardwareNeuron,
} from './deploy/deployment.ts';
export { type FineTuned, type FineTuneOptions, fineTune } from './deploy/fine-tune.ts';
export { type LifTarget, toDynapSim } from './deploy/lif.ts';
export type { LargestMove, Moves } from './deploy/moved.ts';
export type { NamedNeuron } from './deploy/names.ts';
export { mergeStages, type Network, networkProblems } from './deploy/network.ts';
export {
  type NetworkFromOptions,
  networkFrom,
  type RestoredNetwork,
} from './deploy/network-from.ts';
export { type CorePlace, placeClusters, type Traffic } from './deploy/place.ts';
export type { Place } from './deploy/places.ts';
export {
  baseCount,
  encodeWeights,
  type QuantisedWeights,
  type QuantiseOptions,
  quantise,
  subsetSums,
} from './deploy/quantise.ts';
export type { LostWeights } from './deploy/remarks.ts';
export type { SilentNeuron } from './deploy/silence.ts';
export {
  collectSynapses,
  type PlacedNetwork,
  type SynapseCollector,
  type SynapseList,
} from './deploy/synapses.ts';
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
  type VirtualLink,
  virtualBoard,
} from './device/virtual/board.ts';
export type { VirtualBoardConfig } from './device/virtual/board-config.ts';
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
  type MembraneCoefficients,
  pulseWidth,
  timeConstant,
} from './neuron/coefficients.ts';
export { ampaGaba } from './neuron/dendrites/ampa-gaba.ts';
export {
  type DendriticDifferentiableLayer,
  type ReferenceDendriticLayer,
  referenceDendriticDifferentiableLayer,
  referenceDendriticLayer,
} from './neuron/dendrites/layer.ts';
export {
  type DendriteName,
  type DynapSe2ParameterName,
  type DynapSe2Parameters,
  type DynapSe2ParametersInput,
  defaultDynapSe2Parameters,
  dendriteNames,
  dynapSe2CurrentNames,
  dynapSe2LayoutNames,
  dynapSe2ParameterNames,
  dynapSe2Parameters,
  type NeuronParameters,
} from './neuron/dendrites/parameters.ts';
export type { DynapSe2State } from './neuron/dendrites/state.ts';
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
export type { MembraneGradient, MembraneTape } from './neuron/membrane.ts';
export { drawMismatch, type Mismatch } from './neuron/mismatch.ts';
export type { ParameterSet, ParameterSetInput } from './neuron/parameter-set.ts';
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
export type { StatefulLayer } from './neuron/population.ts';
export { type DynapSimState, type MembraneState, restState } from './neuron/state.ts';
export { type StepTape, stepForward, stepTape } from './neuron/step.ts';
export { nirOfPipeline } from './nir/from-pipeline.ts';
export type {
  NirAffine,
  NirArray,
  NirConvolution,
  NirCubaLi,
  NirCubaLif,
  NirDelay,
  NirFlatten,
  NirGraph,
  NirIntegrateAndFire,
  NirIntegrator,
  NirLeakyIntegrator,
  NirLif,
  NirLinear,
  NirMetadata,
  NirNode,
  NirPool,
  NirPort,
  NirRemark,
  NirScale,
  NirThreshold,
  NirUnknown,
} from './nir/graph.ts';
export { readNir } from './nir/read.ts';
export { type NirOptions, type NirPipeline, pipelineOfNir } from './nir/to-pipeline.ts';
export { writeNir } from './nir/write.ts';
export { fromStages, type Pipeline, pipeline } from './pipeline/pipeline.ts';
export { type PipelineRun, startPipeline } from './pipeline/run.ts';
export { packPipeline, pipelineFromJson, pipelineToJson, unpackPipeline } from './pipeline/save.ts';
export {
  type Stage,
  type StageDefinition,
  stageWeights,
  withStageWeights,
} from './pipeline/stage.ts';
export { type DelayConfig, type DelayStage, delay } from './pipeline/stages/delay.ts';
export { type DynapSe2Config, type DynapSe2Stage, dynapSe2 } from './pipeline/stages/dynap-se2.ts';
export { type DynapSimConfig, type DynapSimStage, dynapSim } from './pipeline/stages/dynap-sim.ts';
export type { Firing, FiringConfig } from './pipeline/stages/firing.ts';
export {
  type IntegrateAndFireConfig,
  type IntegrateAndFireStage,
  integrateAndFire,
} from './pipeline/stages/integrate-and-fire.ts';
export {
  type IntegratingMembrane,
  type IntegratorConfig,
  type IntegratorStage,
  integrator,
} from './pipeline/stages/integrator.ts';
export {
  type LeakyMembrane,
  type LiConfig,
  type LiStage,
  li,
} from './pipeline/stages/li.ts';
export { type LifConfig, type LifStage, lif } from './pipeline/stages/lif.ts';
export { type LinearConfig, type LinearStage, linear } from './pipeline/stages/linear.ts';
export { type ScaleConfig, type ScaleStage, scale } from './pipeline/stages/scale.ts';
export type { DefinitionOf, Emission, StageBase } from './pipeline/stages/stage-kind.ts';
export {
  type ThresholdConfig,
  type ThresholdStage,
  threshold,
} from './pipeline/stages/threshold.ts';
export type { PerNeuron } from './pipeline/stages/values.ts';
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
