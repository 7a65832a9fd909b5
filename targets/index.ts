// The targets: where a pipeline runs.

export type { Budget, ServedRunReport, ServedTarget } from '../src/nats/served.ts';
export type {
  OpenTarget,
  TargetSuiteConfig,
} from '../src/pipeline/target-bench.ts';
export { targetSuite } from '../src/pipeline/target-suite.ts';
export { type ChipConfig, type ChipTarget, chip } from './chip.ts';
export { type ChooseNeuronsOptions, chooseNeurons } from './choose-neurons.ts';
export { type RecordedConfig, type RecordedTarget, recorded } from './recorded.ts';
export { type RemoteConfig, type RemoteTarget, remote } from './remote.ts';
export { type ServeTargetConfig, serveTarget, type TargetServer } from './serve-target.ts';
export { type SimulatorConfig, type SimulatorTarget, simulator } from './simulator.ts';
