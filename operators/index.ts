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
export type { ApplyOptions } from './apply-stage.ts';
export { applyThreshold } from './apply-threshold.ts';
export {
  type BoundedBuffer,
  type BoundedBufferConfig,
  type BufferPolicy,
  boundedBuffer,
} from './bounded-buffer.ts';
export { type DecodeEvents, type DecodeEventsConfig, decodeEvents } from './decode-events.ts';
export { type RunAndRecord, type RunOn, type RunOnOptions, runOn } from './run-on.ts';
export { toEvents } from './to-events.ts';
export { type ToRaster, type ToRasterConfig, toRaster } from './to-raster.ts';
export { usingLink } from './using-link.ts';
