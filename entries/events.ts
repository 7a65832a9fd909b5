export { type AerPacket, aerPacket, emptyPacket } from '../src/events/aer-packet.ts';
export { binStart } from '../src/events/bins.ts';
export { eventsToRaster, rasterToEvents, type Unbinned } from '../src/events/convert.ts';
export { firingRateRatio, inTurn } from '../src/events/firing-rates.ts';
export type { FrameDecoder, FrameDecoderConfig } from '../src/events/framing.ts';
export {
  type InTimeOrder,
  type InTimeOrderConfig,
  inTimeOrder,
} from '../src/events/in-time-order.ts';
export { type Losses, lossCounter } from '../src/events/losses.ts';
export { type PoissonConfig, poissonRaster } from '../src/events/poisson.ts';
export { type PackedRaster, type SampleSet, sampleSet } from '../src/events/sample-set.ts';
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
  pixelBits,
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
export { type CountSliceConfig, countSlicer } from '../src/filters/count-slice.ts';
export { type CropConfig, cropFilter } from '../src/filters/crop.ts';
export { type DelayEventsConfig, delayEventsFilter } from '../src/filters/delay-events.ts';
export { type DeltaEncodeConfig, deltaEncoder } from '../src/filters/delta-encode.ts';
export { type DenoiseConfig, denoiseFilter } from '../src/filters/denoise.ts';
export { downsampleFilter } from '../src/filters/downsample.ts';
export type { Emit, Filter, FilterConfig, Slicer } from '../src/filters/filter.ts';
export { type FlipDirection, flipFilter } from '../src/filters/flip.ts';
export { type HotPixelsConfig, hotPixelsFilter } from '../src/filters/hot-pixels.ts';
export { type JitterConfig, jitterFilter } from '../src/filters/jitter.ts';
export type { PixelPlace } from '../src/filters/mask-pixels.ts';
export { type MaskPixelsConfig, maskPixelsFilter } from '../src/filters/mask-pixels.ts';
export {
  type MergeByTimeConfig,
  type TimeMerger,
  timeMerger,
} from '../src/filters/merge-by-time.ts';
export { type PolarityChoice, polarityFilter } from '../src/filters/polarity.ts';
export {
  type PopulationDecodeConfig,
  populationDecoder,
} from '../src/filters/population-decode.ts';
export { type RateConfig, rateFilter } from '../src/filters/rate.ts';
export { type RateDecodeConfig, rateDecoder, type Spikes } from '../src/filters/rate-decode.ts';
export { type RateEncodeConfig, rateEncoder } from '../src/filters/rate-encode.ts';
export { type RefractoryConfig, refractoryFilter } from '../src/filters/refractory.ts';
export { type RemapConfig, remapFilter } from '../src/filters/remap.ts';
export {
  type Parts,
  type SplitByAddressConfig,
  splitByAddressFilter,
} from '../src/filters/split-by-address.ts';
export { type TimeSliceConfig, timeSlicer } from '../src/filters/time-slice.ts';
export { type ToChannelsConfig, toChannelsFilter } from '../src/filters/to-channels.ts';
export type { FrameKind } from '../src/filters/to-frame.ts';
export { type EventFrame, type ToFrameConfig, toFrameSlicer } from '../src/filters/to-frame.ts';
export { transposeFilter } from '../src/filters/transpose.ts';
export type { WindowConfig } from '../src/filters/windows.ts';
