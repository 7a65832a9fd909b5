export { type AerPacket, aerPacket, emptyPacket } from '../src/events/aer-packet.ts';
export {
  binOf,
  binStart,
  eventsToRaster,
  type Outside,
  rasterToEvents,
} from '../src/events/convert.ts';
export { type Losses, lossCounter } from '../src/events/losses.ts';
export { type PoissonConfig, poissonRaster } from '../src/events/poisson.ts';
export {
  channelCounts,
  channelRates,
  type Grid,
  gridProblems,
  type SpikeRaster,
  type SpikeRasterConfig,
  spikeRaster,
  type WeightedRaster,
} from '../src/events/spike-raster.ts';
