export { defaultEngine, type KernelConfig, kernel } from '../src/kernel/engine.ts';
export { type KernelFeatures, kernelFeatures } from '../src/kernel/module.ts';
export {
  type DynapSimCoefficients,
  dynapSimCoefficients,
  type MembraneCoefficients,
  pulseWidth,
  timeConstant,
} from '../src/neurons/coefficients.ts';
export { ampaGaba } from '../src/neurons/dynap-se2/ampa-gaba.ts';
export {
  type DendriticDifferentiableLayer,
  type ReferenceDendriticLayer,
  referenceDendriticDifferentiableLayer,
  referenceDendriticLayer,
} from '../src/neurons/dynap-se2/layer.ts';
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
} from '../src/neurons/dynap-se2/parameters.ts';
export type { DynapSe2State } from '../src/neurons/dynap-se2/state.ts';
export {
  type StateGradient,
  stepBackward,
  zeroGradient,
} from '../src/neurons/dynap-sim/adjoint.ts';
export {
  type DifferentiableLayer,
  type NeuronLayer,
  type ReferenceLayer,
  referenceDifferentiableLayer,
  referenceLayer,
} from '../src/neurons/dynap-sim/layer.ts';
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
} from '../src/neurons/dynap-sim/parameters.ts';
export { type StepTape, stepForward, stepTape } from '../src/neurons/dynap-sim/step.ts';
export { type Engine, referenceEngine } from '../src/neurons/engine.ts';
export type {
  Learner,
  LearningLayer,
  LearningLoss,
  LearningProblem,
  SparseSpikes,
  WeightArray,
} from '../src/neurons/learner.ts';
export type { MembraneGradient, MembraneTape } from '../src/neurons/membrane.ts';
export { drawMismatch, type Mismatch } from '../src/neurons/mismatch.ts';
export type { ParameterSet, ParameterSetInput } from '../src/neurons/parameter-set.ts';
export type { StatefulLayer } from '../src/neurons/population.ts';
export { type DynapSimState, type MembraneState, restState } from '../src/neurons/state.ts';
export { type Random, randomStream } from '../src/random.ts';
