// The RxJS operators: stages of a stream, one per file.
export { applyDelay } from './apply-delay.ts';
export { applyDynapSe2 } from './apply-dynap-se2.ts';
export { applyDynapSim } from './apply-dynap-sim.ts';
export { applyIntegrateAndFire } from './apply-integrate-and-fire.ts';
export { applyIntegrator } from './apply-integrator.ts';
export { applyLi } from './apply-li.ts';
export { applyLif } from './apply-lif.ts';
export { applyLinear } from './apply-linear.ts';
export { applyScale } from './apply-scale.ts';
export type { AppliedStage, ApplyOptions } from './apply-stage.ts';
export { applyThreshold } from './apply-threshold.ts';
export {
  type BoundedBuffer,
  type BoundedBufferConfig,
  type BufferPolicy,
  boundedBuffer,
} from './bounded-buffer.ts';
export { countSlice } from './count-slice.ts';
export { crop } from './crop.ts';
export { type DecodeEvents, type DecodeEventsConfig, decodeEvents } from './decode-events.ts';
export { delayEvents } from './delay-events.ts';
export { deltaEncode } from './delta-encode.ts';
export { denoise } from './denoise.ts';
export { downsample } from './downsample.ts';
export type { EventOperator } from './filtering.ts';
export { flip } from './flip.ts';
export { hotPixels } from './hot-pixels.ts';
export { jitter } from './jitter.ts';
export { maskPixels } from './mask-pixels.ts';
export { mergeByTime } from './merge-by-time.ts';
export { polarity } from './polarity.ts';
export { populationDecode } from './population-decode.ts';
export { rate } from './rate.ts';
export { rateDecode } from './rate-decode.ts';
export { rateEncode } from './rate-encode.ts';
export { refractory } from './refractory.ts';
export { remap } from './remap.ts';
export { type RunAndRecord, type RunOn, type RunOnOptions, runOn } from './run-on.ts';
export { splitByAddress } from './split-by-address.ts';
export { timeSlice } from './time-slice.ts';
export { toChannels } from './to-channels.ts';
export { toEvents } from './to-events.ts';
export { toFrame } from './to-frame.ts';
export { type ToRaster, type ToRasterConfig, toRaster } from './to-raster.ts';
export { transpose } from './transpose.ts';
export { usingLink } from './using-link.ts';
