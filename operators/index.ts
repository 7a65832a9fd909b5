export {
  type BoundedBuffer,
  type BoundedBufferConfig,
  type BufferPolicy,
  boundedBuffer,
} from './bounded-buffer.ts';
export { type DecodeEvents, type DecodeEventsConfig, decodeEvents } from './decode-events.ts';
export { type DynapSimOperatorConfig, dynapSim } from './dynap-sim.ts';
export { lif } from './lif.ts';
export { linear } from './linear.ts';
export { runOn } from './run-on.ts';
export { toEvents } from './to-events.ts';
export { type ToRaster, type ToRasterConfig, toRaster } from './to-raster.ts';
export { usingLink } from './using-link.ts';
