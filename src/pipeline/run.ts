import { match, P } from 'ts-pattern';
import { DataError } from '../errors.ts';
import { chunkEnd } from '../events/convert.ts';
import type { Grid, SpikeRaster } from '../events/spike-raster.ts';
import { defaultEngine } from '../kernel/engine.ts';
import type { Engine } from '../neurons/engine.ts';
import { delayRun } from '../stages/delay/run.ts';
import { linearRun } from '../stages/linear/run.ts';
import { populationRun } from '../stages/population-run.ts';
import { scaleRun } from '../stages/scale/run.ts';
import type { Stage } from '../stages/stage.ts';
import type { StageRun } from '../stages/stage-run.ts';
import { thresholdRun } from '../stages/threshold/run.ts';
import type { Pipeline } from './pipeline.ts';

/** A pipeline that runs: it keeps its state from chunk to chunk. */
export interface PipelineRun {
  /**
   * Runs a chunk of any length and returns the spikes of the last stage on the same time bins. A gap
   * since the last chunk is silence, in which time passes.
   *
   * @throws DataError where the chunk has another width or another `dt` than the pipeline, or starts
   * before the last one has ended
   */
  process(input: SpikeRaster): SpikeRaster;
  /** Spikes of the last stage in gaps between chunks, which no chunk holds. */
  readonly outside: number;
  /** Goes back to rest. */
  reset(): void;
}

/** Values that pass from stage to stage at a time, unless one step holds more. */
const sliceValues = 65_536;

/** Refuses a chunk that the pipeline was not built for. */
export function checkGrid(
  input: Grid,
  { channelsIn, dt }: { channelsIn: number; dt: number },
): void {
  if (input.channels !== channelsIn) {
    throw new DataError(
      `the raster has ${input.channels} channels but the pipeline takes ${channelsIn}; give a raster of ${channelsIn} channels`,
    );
  }
  if (!(Math.abs(input.dt - dt) <= 1e-9 * dt)) {
    throw new DataError(
      `the raster has bins of ${input.dt} s but the pipeline steps by ${dt} s; bin the events with dt ${dt}`,
    );
  }
}

/**
 * Refuses a chunk that starts before the last one has ended. Where bins are no whole number of
 * microseconds, the start of a chunk is rounded up, and so its end may come out one too late.
 */
export function checkOrder(chunk: Grid, reached: number | undefined): void {
  const slack = Number.isInteger(chunk.dt * 1e6) ? 0 : 1;
  if (reached !== undefined && chunk.startTime < reached - slack) {
    throw new DataError(
      `the chunk starts at ${chunk.startTime} µs, before the end of the last one at ${reached} µs; chunks must follow each other in time`,
    );
  }
}

/** Makes what runs a stage on slices of at most `most` steps. */
function stageRun(stage: Stage, engine: Engine, most: number): StageRun {
  return match(stage)
    .with({ kind: 'linear' }, (own) => linearRun(own, most))
    .with({ kind: 'scale' }, (own) => scaleRun(own, most))
    .with({ kind: 'delay' }, (own) => delayRun(own, most))
    .with(
      { kind: P.union('dynapSim', 'dynapSe2', 'lif', 'li', 'integrator', 'integrateAndFire') },
      (own) => populationRun(own, engine, most),
    )
    .with({ kind: 'threshold' }, (own) => thresholdRun(own, most))
    .exhaustive();
}

/**
 * Starts a pipeline at rest.
 *
 * @example
 * ```ts
 * const run = startPipeline(pipeline(dynapSim({ neurons: 1 })));
 * run.process(spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0] })).steps; // 2
 * ```
 */
export function startPipeline(pipeline: Pipeline, engine: Engine = defaultEngine()): PipelineRun {
  const { channelsIn, channelsOut, dt } = pipeline;
  const widest = Math.max(channelsIn, ...pipeline.stages.map((stage) => stage.channelsOut));
  const most = Math.max(1, Math.floor(sliceValues / widest));
  const stages = pipeline.stages.map((stage) => stageRun(stage, engine, most));
  const input = new Float64Array(most * channelsIn);
  let reached: number | undefined;
  let outside = 0;
  /** Runs the first `steps` steps of `input` and returns the spikes of the last stage. */
  const runSlice = (steps: number): Float64Array => {
    let values: Float64Array = input;
    for (const stage of stages) {
      stage.run(values, steps);
      values = stage.output;
    }
    return values;
  };
  const passSilence = (until: number): void => {
    let left = reached === undefined ? 0 : Math.round((until - reached) / (dt * 1e6));
    if (left > 0) input.fill(0);
    for (; left > 0; left -= most) {
      const steps = Math.min(left, most);
      const fired = runSlice(steps);
      for (let i = 0; i < steps * channelsOut; i++) outside += fired[i]!;
    }
  };
  return {
    process(chunk) {
      checkGrid(chunk, pipeline);
      checkOrder(chunk, reached);
      passSilence(chunk.startTime);
      const counts = new Uint32Array(chunk.steps * channelsOut);
      for (let t = 0; t < chunk.steps; t += most) {
        const steps = Math.min(most, chunk.steps - t);
        input.set(chunk.counts.subarray(t * channelsIn, (t + steps) * channelsIn));
        const fired = runSlice(steps);
        counts.set(fired.subarray(0, steps * channelsOut), t * channelsOut);
      }
      reached = chunkEnd(chunk);
      return { ...chunk, channels: channelsOut, counts };
    },
    get outside() {
      return outside;
    },
    reset: () => {
      reached = undefined;
      outside = 0;
      for (const stage of stages) stage.reset();
    },
  };
}
