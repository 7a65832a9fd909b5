export { defaultEngine, type KernelConfig, kernel } from '../src/kernel/engine.ts';
export { type KernelFeatures, kernelFeatures } from '../src/kernel/module.ts';
export type { InstructionSet } from '../src/kernel/native.ts';
export type {
  Chain,
  ChainGroup,
  ChainLink,
  ChainOptions,
  ChainProblem,
} from '../src/neurons/chain.ts';
export type { MembraneCoefficients } from '../src/neurons/coefficients.ts';
export { ampaGaba } from '../src/neurons/dynap-se2/ampa-gaba.ts';
export type {
  DendriteName,
  DynapSe2ParameterName,
  DynapSe2Parameters,
  DynapSe2ParametersInput,
} from '../src/neurons/dynap-se2/parameters.ts';
export type { DynapSe2State } from '../src/neurons/dynap-se2/state.ts';
export type { StateGradient } from '../src/neurons/dynap-sim/adjoint.ts';
export type { DynapSimCoefficients } from '../src/neurons/dynap-sim/coefficients.ts';
export {
  type CurrentName,
  type DynapSimParameters,
  type DynapSimParametersInput,
  dynapSimParameters,
  type LayoutName,
  type ParameterName,
} from '../src/neurons/dynap-sim/parameters.ts';
export type { DynapSimState } from '../src/neurons/dynap-sim/state.ts';
export type { StepTape } from '../src/neurons/dynap-sim/step.ts';
export {
  type Engine,
  type EngineNeeds,
  referenceEngine,
  referenceLayer,
} from '../src/neurons/engine.ts';
export { type EngineCase, engineSuite, type SuiteOptions } from '../src/neurons/engine-suite.ts';
export type { EulerState } from '../src/neurons/forward-euler.ts';
export type { IntegrateAndFireParameters } from '../src/neurons/integrate-and-fire/parameters.ts';
export type { IntegratorParameters } from '../src/neurons/integrator/parameters.ts';
export type {
  DifferentiableLayer,
  DifferentiableOptions,
  LayerOptions,
  NeuronLayer,
} from '../src/neurons/layer.ts';
export type {
  Learner,
  LearningBatches,
  LearningLayer,
  LearningLoss,
  LearningMismatch,
  LearningProblem,
  SparseSpikes,
  WeightArray,
} from '../src/neurons/learner.ts';
export type { LeakyParameters, LiParameters } from '../src/neurons/li/parameters.ts';
export type { FiringParameters, LifParameters } from '../src/neurons/lif/parameters.ts';
export type { MembraneGradient, MembraneTape } from '../src/neurons/membrane.ts';
export { drawMismatch, type Mismatch } from '../src/neurons/mismatch.ts';
export type {
  AnalogParameters,
  ModelName,
  NeuronParameters,
  StateOf,
} from '../src/neurons/model-table.ts';
export type {
  ParameterSet,
  ParameterSetInput,
  TaggedParameterSet,
} from '../src/neurons/parameter-set.ts';
export type { StatefulLayer } from '../src/neurons/population.ts';
export type { MembraneState } from '../src/neurons/state.ts';
export { type Random, randomStream } from '../src/random.ts';
