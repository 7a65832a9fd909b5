export {
  type BoundedBuffer,
  type BoundedBufferConfig,
  type BufferPolicy,
  boundedBuffer,
} from './operators/bounded-buffer.ts';
export { type ChipConfig, type ChipTarget, chip } from './operators/chip.ts';
export {
  type DecodeEvents,
  type DecodeEventsConfig,
  decodeEvents,
} from './operators/decode-events.ts';
export { runOn } from './operators/run-on.ts';
export { type SimulatorConfig, type SimulatorTarget, simulator } from './operators/simulator.ts';
export { toEvents } from './operators/to-events.ts';
export { type ToRaster, type ToRasterConfig, toRaster } from './operators/to-raster.ts';
export { usingLink } from './operators/using-link.ts';
export { collect } from './sinks/collect.ts';
export { type FpgaReport, type ToFpgaConfig, toFpga } from './sinks/to-fpga.ts';
export { type FromHardwareConfig, fromHardware } from './sources/from-hardware.ts';
export { type FromPullConfig, fromPull } from './sources/from-pull.ts';
export { type FromRasterConfig, fromRaster } from './sources/from-raster.ts';
export { type FrozenNoiseConfig, frozenNoise } from './sources/frozen-noise.ts';
export { type PoissonSourceConfig, poisson } from './sources/poisson.ts';
export { type TrainConfig, type TrainingProgress, train } from './sources/train.ts';
export * from './src/index.ts';
