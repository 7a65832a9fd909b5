import { DataError } from '../errors.ts';
import { chunkEnd } from '../events/convert.ts';
import { gridProblems, type SignalRaster, type SpikeRaster } from '../events/spike-raster.ts';
import { fault, problem, problemText } from '../problems.ts';
import { checkGrid, checkOrder } from './run.ts';

/** Neurons that keep their state from chunk to chunk. */
export interface WeightedPopulation {
  /** Lets `steps` steps of silence pass. */
  pass(steps: number): void;
  /** Runs on weighted values, `[steps][channels]`, and writes the spikes. */
  run(values: Float64Array, counts: Uint32Array): void;
}

/** Refuses a chunk of weighted values that a stage of neurons cannot take. */
function checkWeighted(
  chunk: SignalRaster,
  stage: { readonly channelsIn: number; readonly dt: number },
  reached: number | undefined,
): void {
  const { steps, channels, values } = chunk;
  const problems = gridProblems(chunk);
  if (values.length !== steps * channels) {
    problems.push(
      fault(
        '',
        'wrong-shape',
        `the raster has ${values.length} values for ${steps}×${channels} bins`,
      ),
    );
  }
  const bad = firstNotFinite(values);
  if (bad < values.length)
    problems.push(
      problem(`value ${bad} of the raster`, 'not-finite', values[bad], 'it must be finite'),
    );
  if (problems.length > 0) throw new DataError(problems.map(problemText).join('; '));
  checkGrid(chunk, stage);
  checkOrder(chunk, reached);
}

/** Place of the first value that is not finite; the length where all are. A call per value would cost ten times more. */
function firstNotFinite(values: Float64Array): number {
  let at = 0;
  while (at < values.length && Math.abs(values[at]!) < Number.POSITIVE_INFINITY) at++;
  return at;
}

/**
 * Runs neurons chunk by chunk; a gap between two chunks is silence, in which time passes.
 *
 * @throws DataError where a chunk has another width or `dt` than the stage, starts before the last one has ended, or
 * holds values that are not finite; by what it returns
 */
export function weightedRun(
  stage: { readonly channelsIn: number; readonly channelsOut: number; readonly dt: number },
  population: WeightedPopulation,
): (chunk: SignalRaster) => SpikeRaster {
  let reached: number | undefined;
  return (chunk) => {
    checkWeighted(chunk, stage, reached);
    const { steps, dt, startTime, values } = chunk;
    population.pass(Math.round((startTime - (reached ?? startTime)) / (stage.dt * 1e6)));
    const counts = new Uint32Array(steps * stage.channelsOut);
    population.run(values, counts);
    reached = chunkEnd(chunk);
    return { steps, channels: stage.channelsOut, dt, startTime, counts };
  };
}
