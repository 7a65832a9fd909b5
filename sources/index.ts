// The sources: where streams begin.
export { type FromHardwareConfig, fromHardware } from './from-hardware.ts';
export { type FromPullConfig, fromPull } from './from-pull.ts';
export { type FromRasterConfig, fromRaster } from './from-raster.ts';
export { type FrozenNoiseConfig, frozenNoise } from './frozen-noise.ts';
export { type PoissonSourceConfig, poisson } from './poisson.ts';
export { type TrainConfig, type TrainingProgress, train } from './train.ts';
