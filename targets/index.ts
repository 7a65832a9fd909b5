// The targets: where a pipeline runs.
export type {
  OpenTarget,
  TargetSuiteConfig,
} from '../src/pipeline/target-bench.ts';
export { targetSuite } from '../src/pipeline/target-suite.ts';
export { type ChipConfig, type ChipTarget, chip } from './chip.ts';
export { type ChooseNeuronsOptions, chooseNeurons } from './choose-neurons.ts';
export { type SimulatorConfig, type SimulatorTarget, simulator } from './simulator.ts';
