export { type ChipConfig, type ChipTarget, chip } from './chip.ts';
export { type SimulatorConfig, type SimulatorTarget, simulator } from './simulator.ts';
