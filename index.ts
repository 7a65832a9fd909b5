export { type ClosedLoop, type CloseLoopConfig, closeLoop } from './loop/close-loop.ts';
export { type Metronome, type MetronomeConfig, metronome, type Tick } from './loop/metronome.ts';
export type { RealTime } from './loop/real-time.ts';
export type { EnvironmentStreams } from './loop/world.ts';
export {
  type BoundedBuffer,
  type BoundedBufferConfig,
  type BufferPolicy,
  boundedBuffer,
} from './operators/bounded-buffer.ts';
export {
  type DecodeEvents,
  type DecodeEventsConfig,
  decodeEvents,
} from './operators/decode-events.ts';
export { downsample } from './operators/downsample.ts';
export type { EventOperator } from './operators/filtering.ts';
export { rateDecode } from './operators/rate-decode.ts';
export { type RunAndRecord, type RunOn, type RunOnOptions, runOn } from './operators/run-on.ts';
export { toChannels } from './operators/to-channels.ts';
export { toEvents } from './operators/to-events.ts';
export { type ToRaster, type ToRasterConfig, toRaster } from './operators/to-raster.ts';
export { usingLink } from './operators/using-link.ts';
export { collect } from './sinks/collect.ts';
export { type FpgaReport, type ToFpgaConfig, toFpga } from './sinks/to-fpga.ts';
export type { CountingSource } from './sources/counting-source.ts';
export { type EvaluateConfig, evaluate, type Samples } from './sources/evaluate.ts';
export { type FromFileConfig, fromFile } from './sources/from-file.ts';
export { type FromHardwareConfig, fromHardware } from './sources/from-hardware.ts';
export { type FromPullConfig, fromPull } from './sources/from-pull.ts';
export { type FromRasterConfig, fromRaster } from './sources/from-raster.ts';
export { type FrozenNoiseConfig, frozenNoise } from './sources/frozen-noise.ts';
export { type PoissonSourceConfig, poisson } from './sources/poisson.ts';
export { type TrainConfig, type TrainingProgress, train } from './sources/train.ts';
export type { HardwareNeuron } from './src/chips/family.ts';
export {
  type AssessedAs,
  type AssessedRun,
  type Assessment,
  type AssessOptions,
  assess,
} from './src/compile/assess.ts';
export { deploy } from './src/compile/deploy.ts';
export type {
  DeployedCore,
  DeployedNeuron,
  Deployment,
  DeployOptions,
} from './src/compile/deployment.ts';
export { type Diagnosis, diagnose, type SilentNeuron } from './src/compile/diagnose.ts';
export { type FineTuned, type FineTuneOptions, fineTune } from './src/compile/fine-tune.ts';
export type { LargestDeviation, ParameterDeviation } from './src/compile/report/deviation.ts';
export type {
  Board,
  HardwareEvents,
  Link,
  LinkInfo,
  LinkListener,
  LinkStatistics,
  LinkUpdate,
  SenderCounts,
} from './src/devices/link.ts';
export { type VirtualBoard, virtualBoard } from './src/devices/virtual/board.ts';
export type { VirtualBoardConfig } from './src/devices/virtual/board-config.ts';
export type { VirtualLink } from './src/devices/virtual/virtual-link.ts';
export {
  DataError,
  DeviceError,
  type DeviceErrorCode,
  InvalidArgumentError,
  SpikelineError,
  UnsupportedPipelineError,
} from './src/errors.ts';
export { type AerPacket, aerPacket } from './src/events/aer-packet.ts';
export type { Unbinned } from './src/events/convert.ts';
export { firingRateRatio } from './src/events/firing-rates.ts';
export type { Losses } from './src/events/losses.ts';
export { type PoissonConfig, poissonRaster } from './src/events/poisson.ts';
export { type SampleSet, sampleSet } from './src/events/sample-set.ts';
export {
  type ChannelSpace,
  type ChipWordSpace,
  channels,
  type PixelSpace,
  pixels,
  type Space,
} from './src/events/space.ts';
export {
  channelCounts,
  channelRates,
  type Grid,
  type SignalRaster,
  type SpikeRaster,
  type SpikeRasterConfig,
  spikeRaster,
} from './src/events/spike-raster.ts';
export type { RowDecoder, RowEncoder, RowStage, Rows } from './src/filters/rows.ts';
export { type KernelConfig, kernel } from './src/kernel/engine.ts';
export type { Decode, DecodeFunction, Encode, LoopMoment } from './src/loop/coding.ts';
export type { Environment, EnvironmentStep } from './src/loop/environment.ts';
export type { ActionLimits } from './src/loop/limits.ts';
export type {
  LoopDescription,
  LoopEnd,
  LoopSession,
  LoopStep,
  LoopStimulus,
} from './src/loop/step.ts';
export type { LagPolicy } from './src/loop/ticker.ts';
export type { Matrix, MatrixInput } from './src/matrix.ts';
export { type Engine, referenceEngine } from './src/neurons/engine.ts';
export type { Mismatch } from './src/neurons/mismatch.ts';
export {
  type Branch,
  feedback,
  type ParallelOptions,
  parallel,
  residual,
} from './src/pipeline/compose.ts';
export {
  type Pipeline,
  type PipelinePart,
  pipeline,
  type StageInput,
} from './src/pipeline/pipeline.ts';
export { type PipelineRun, type RunOptions, startPipeline } from './src/pipeline/run.ts';
export {
  packPipeline,
  pipelineFromJson,
  pipelineToJson,
  unpackPipeline,
} from './src/pipeline/save.ts';
export { type AskedTarget, summary } from './src/pipeline/summary.ts';
export type {
  Recorded,
  RecordedOf,
  SpikesOf,
  Target,
  TargetInput,
  TargetObserver,
  TargetOutput,
  TargetRequest,
  TargetRun,
  TargetUpdate,
} from './src/pipeline/target.ts';
export { type Problem, type ProblemCode, problemText } from './src/problems.ts';
export { type DelayConfig, type DelayStage, delay } from './src/stages/delay/definition.ts';
export {
  type DynapSe2Config,
  type DynapSe2Stage,
  dynapSe2,
} from './src/stages/dynap-se2/definition.ts';
export {
  type DynapSimConfig,
  type DynapSimStage,
  dynapSim,
} from './src/stages/dynap-sim/definition.ts';
export type { Firing, FiringConfig } from './src/stages/firing.ts';
export {
  type IntegrateAndFireConfig,
  type IntegrateAndFireStage,
  integrateAndFire,
} from './src/stages/integrate-and-fire/definition.ts';
export {
  type IntegratingMembrane,
  type IntegratorConfig,
  type IntegratorStage,
  integrator,
} from './src/stages/integrator/definition.ts';
export { type LiConfig, type LiStage, li } from './src/stages/li/definition.ts';
export { type LifConfig, type LifStage, lif } from './src/stages/lif/definition.ts';
export { type LinearConfig, type LinearStage, linear } from './src/stages/linear/definition.ts';
export { type ScaleConfig, type ScaleStage, scale } from './src/stages/scale/definition.ts';
export type { Stage, StageDefinition } from './src/stages/stage.ts';
export type { DefinitionOf, SignalKind, StageBase } from './src/stages/stage-kind.ts';
export {
  type ThresholdConfig,
  type ThresholdStage,
  threshold,
} from './src/stages/threshold/definition.ts';
export type { PerNeuron } from './src/stages/values.ts';
export type { Checkpoint } from './src/train/checkpoint.ts';
export {
  type Loss,
  type LossFunction,
  meanSquaredError,
  rateCrossEntropy,
} from './src/train/loss.ts';
export type { TrainingMismatch } from './src/train/mismatch.ts';
export type { TrainingSample } from './src/train/sample.ts';
export type { Training } from './src/train/training.ts';
export type { TrainingOptions, WeightLimits } from './src/train/training-options.ts';
export { type ChipConfig, type ChipTarget, chip } from './targets/chip.ts';
export { type ChooseNeuronsOptions, chooseNeurons } from './targets/choose-neurons.ts';
export { type SimulatorConfig, type SimulatorTarget, simulator } from './targets/simulator.ts';
