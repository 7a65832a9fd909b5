export { type AerPacket, aerPacket, emptyPacket } from '../src/events/aer-packet.ts';
export {
  binOf,
  binStart,
  eventsToRaster,
  rasterToEvents,
  type Unbinned,
} from '../src/events/convert.ts';
export {
  encodeFrame,
  type FrameDecoder,
  type FrameDecoderConfig,
  frameDecoder,
  largestMessage,
} from '../src/events/framing.ts';
export { type Losses, lossCounter } from '../src/events/losses.ts';
export { type PoissonConfig, poissonRaster } from '../src/events/poisson.ts';
export {
  addressLimit,
  type ChannelSpace,
  type ChipWordSpace,
  channels,
  chipWords,
  type Pixel,
  type PixelBits,
  type PixelSpace,
  packPixel,
  pixelBits,
  pixels,
  type Space,
  sameSpace,
  spaceProblems,
  spaceText,
  unpackPixel,
} from '../src/events/space.ts';
export {
  channelCounts,
  channelRates,
  type Grid,
  gridProblems,
  type SignalRaster,
  type SpikeRaster,
  type SpikeRasterConfig,
  spikeRaster,
} from '../src/events/spike-raster.ts';
export {
  type ControlMessage,
  decodeWire,
  type EventsMessage,
  encodeWire,
  type RasterMessage,
  type WireHeader,
  type WireMessage,
  wireVersion,
} from '../src/events/wire.ts';
