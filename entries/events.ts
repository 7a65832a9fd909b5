export { type AerPacket, aerPacket, emptyPacket } from '../src/events/aer-packet.ts';
export { binStart } from '../src/events/bins.ts';
export { eventsToRaster, rasterToEvents, type Unbinned } from '../src/events/convert.ts';
export { firingRateRatio, inTurn } from '../src/events/firing-rates.ts';
export type { FrameDecoder, FrameDecoderConfig } from '../src/events/framing.ts';
export { type Losses, lossCounter } from '../src/events/losses.ts';
export { type PoissonConfig, poissonRaster } from '../src/events/poisson.ts';
export {
  type ItemKind,
  itemKind,
  type Marks,
  marks,
  type Series,
  type StreamItem,
  series,
} from '../src/events/series.ts';
export {
  type ChannelSpace,
  type ChipWordSpace,
  channels,
  chipWords,
  type Pixel,
  type PixelBits,
  type PixelSpace,
  packPixel,
  pixels,
  type Space,
  unpackPixel,
} from '../src/events/space.ts';
export {
  channelCounts,
  channelRates,
  type Grid,
  type SignalRaster,
  type SpikeRaster,
  type SpikeRasterConfig,
  spikeRaster,
} from '../src/events/spike-raster.ts';
export type { TickWidth } from '../src/events/ticks.ts';
export type {
  ControlMessage,
  EventsMessage,
  ItemMessage,
  MarksMessage,
  RasterMessage,
  SeriesMessage,
  SignalsMessage,
  WireHeader,
  WireMessage,
} from '../src/events/wire.ts';
