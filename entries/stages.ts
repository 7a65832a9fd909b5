export { type Matrix, type MatrixInput, matrix, matrixRows } from '../src/matrix.ts';
export type {
  ChipGraph,
  ChipNeurons,
  ChipSource,
} from '../src/pipeline/chip-graph.ts';
export type { StageProblem, WayWeights } from '../src/pipeline/chip-ways.ts';
export {
  type Branch,
  feedback,
  type ParallelOptions,
  parallel,
  residual,
} from '../src/pipeline/compose.ts';
export {
  fromStages,
  type Pipeline,
  type PipelinePart,
  pipelineUpTo,
  type StageInput,
  withStages,
} from '../src/pipeline/pipeline.ts';
export {
  type AddConfig,
  type AddDefinition,
  type AddStage,
  add,
} from '../src/stages/add/definition.ts';
export type { ChipConstants } from '../src/stages/chip-form.ts';
export {
  type ConcatenateConfig,
  type ConcatenateDefinition,
  type ConcatenateStage,
  concatenate,
} from '../src/stages/concatenate/definition.ts';
export type { DelayDefinition } from '../src/stages/delay/definition.ts';
export type { DynapSe2Definition } from '../src/stages/dynap-se2/definition.ts';
export type { DynapSimDefinition } from '../src/stages/dynap-sim/definition.ts';
export type { FiringValues } from '../src/stages/firing.ts';
export type { IntegrateAndFireDefinition } from '../src/stages/integrate-and-fire/definition.ts';
export type {
  IntegratingValues,
  IntegratorDefinition,
} from '../src/stages/integrator/definition.ts';
export type { LeakyValues, LiDefinition } from '../src/stages/li/definition.ts';
export type { LifDefinition } from '../src/stages/lif/definition.ts';
export type { LinearDefinition } from '../src/stages/linear/definition.ts';
export type { ScaleDefinition } from '../src/stages/scale/definition.ts';
export {
  type Stage,
  type StageDefinition,
  type StageKindName,
  stageKinds,
  stageWeights,
  withStageWeights,
} from '../src/stages/stage.ts';
export type { DefinitionOf, SignalKind, StageBase } from '../src/stages/stage-kind.ts';
export type { ThresholdDefinition } from '../src/stages/threshold/definition.ts';
export type { PerNeuron, PopulationConfig } from '../src/stages/values.ts';
