import { match } from 'ts-pattern';
import { DataError } from '../errors.ts';
import { chunkEnd } from '../events/convert.ts';
import type { Grid, SpikeRaster } from '../events/spike-raster.ts';
import type { Matrix } from '../matrix.ts';
import { type Engine, referenceEngine } from '../neuron/engine.ts';
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

/** One stage, reduced to what a step needs. */
interface StageRun {
  step(input: Float64Array): Float64Array;
  reset(): void;
}

/** Multiplies by a matrix; silent channels cost nothing. */
export function multiply(weight: Matrix, input: Float64Array, output: Float64Array): void {
  const { rows, columns, values } = weight;
  output.fill(0);
  for (let row = 0; row < rows; row++) {
    const factor = input[row]!;
    if (factor === 0) continue;
    for (let column = 0, w = row * columns; column < columns; column++, w++) {
      output[column] = output[column]! + factor * values[w]!;
    }
  }
}

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

/**
 * Starts a pipeline at rest.
 *
 * @example
 * ```ts
 * const run = startPipeline(pipeline(dynapSim({ neurons: 1 })));
 * run.process(spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0] })).steps; // 2
 * ```
 */
export function startPipeline(pipeline: Pipeline, engine: Engine = referenceEngine): PipelineRun {
  const stages = pipeline.stages.map((stage) =>
    match(stage)
      .with({ kind: 'linear' }, ({ weight }): StageRun => {
        const output = new Float64Array(weight.columns);
        return {
          step: (input) => {
            multiply(weight, input, output);
            return output;
          },
          reset: () => {},
        };
      })
      .with(
        { kind: 'dynapSim' },
        ({ parameters, recurrent, dt }): StageRun =>
          engine.layer(parameters, recurrent?.values, dt),
      )
      .exhaustive(),
  );
  const input = new Float64Array(pipeline.channelsIn);
  const { channelsIn, channelsOut, dt } = pipeline;
  let reached: number | undefined;
  let outside = 0;
  const step = (): Float64Array => {
    let values: Float64Array = input;
    for (let s = 0; s < stages.length; s++) values = stages[s]!.step(values);
    return values;
  };
  const passSilence = (until: number): void => {
    input.fill(0);
    const steps = reached === undefined ? 0 : Math.round((until - reached) / (dt * 1e6));
    for (let t = 0; t < steps; t++) {
      const fired = step();
      for (let n = 0; n < fired.length; n++) outside += fired[n]!;
    }
  };
  return {
    process(chunk) {
      checkGrid(chunk, pipeline);
      checkOrder(chunk, reached);
      passSilence(chunk.startTime);
      const counts = new Uint32Array(chunk.steps * channelsOut);
      for (let t = 0; t < chunk.steps; t++) {
        for (let c = 0; c < channelsIn; c++) input[c] = chunk.counts[t * channelsIn + c]!;
        counts.set(step(), t * channelsOut);
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
