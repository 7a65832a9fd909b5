/** Runs one stage that stands alone, chunk by chunk. */
import { DataError } from '../errors.ts';
import { binsBetween, chunkEnd } from '../events/bins.ts';
import { reals, wholes } from '../events/blocks.ts';
import {
  areCounts,
  gridProblems,
  rasterProblems,
  type SignalRaster,
  type SpikeRaster,
} from '../events/spike-raster.ts';
import { firstNotFinite } from '../matrix.ts';
import type { Engine } from '../neurons/engine.ts';
import { readable, readItem } from '../options.ts';
import { fault, type Problem, problem, problemText } from '../problems.ts';
import { emissionOf, runStage, type Stage } from '../stages/stage.ts';
import { checkGrid, checkOrder, silentSteps } from './run.ts';

/** A chunk of what enters or leaves a stage. */
export type StageChunk = SpikeRaster | SignalRaster;

/** Values that a stage takes at a time, unless one step holds more. */
const sliceValues = 65_536;

function isSpikes(chunk: StageChunk): chunk is SpikeRaster {
  return Object.hasOwn(chunk, 'counts');
}

/** Whether something is a chunk of so many channels without a fault: a look that makes nothing. */
function isSound(chunk: StageChunk, channels: number): boolean {
  try {
    if (chunk.channels !== channels || gridProblems(chunk).length > 0) return false;
    const length = chunk.steps * channels;
    if (isSpikes(chunk)) return areCounts(chunk, length);
    const { values } = chunk;
    return values instanceof Float64Array && values.length === length && firstNotFinite(values) < 0;
  } catch {
    return false;
  }
}

/** Lists what is wrong with values on a grid. */
function signalProblems(chunk: SignalRaster): Problem[] {
  const problems = gridProblems(chunk);
  if (problems.length > 0) return problems;
  const { steps, channels, values } = chunk;
  if (!(values instanceof Float64Array)) {
    return [problem('values', 'wrong-type', values, 'a Float64Array is needed')];
  }
  if (values.length !== steps * channels) {
    const needed = `the raster has ${values.length} values for ${steps}×${channels} bins`;
    problems.push(fault('', 'wrong-shape', needed));
  }
  const bad = firstNotFinite(values);
  if (bad >= 0) {
    problems.push(problem(`values[${bad}]`, 'not-finite', values[bad], 'it must be finite'));
  }
  return problems;
}

/**
 * Starts a stage of one input at rest. It keeps its state from chunk to chunk; a gap between two is silence, in which
 * time passes: a minute of it at most.
 *
 * @param onJump hears of each gap that was too long to be computed to its end
 * @returns what takes a chunk and gives what leaves on the same bins; throws a DataError where a chunk has another
 * width or `dt` than the stage, starts before the last one has ended, or holds values that are not finite
 */
export function startStage(
  stage: Stage,
  engine: Engine,
  onJump: () => void = () => {},
): (chunk: StageChunk) => StageChunk {
  const { name, channelsIn, channelsOut, dt } = stage;
  const grid = dt === undefined ? undefined : { channelsIn, dt };
  const maxSteps = Math.max(1, Math.floor(sliceValues / Math.max(channelsIn, channelsOut)));
  const input = new Float64Array(maxSteps * channelsIn);
  const run = runStage(stage, [input], { engine, steps: maxSteps });
  const spikesFromSpikes = emissionOf(stage, ['spikes']) === 'spikes';
  const spikesFromValues = emissionOf(stage, ['weighted']) === 'spikes';
  let reached: number | undefined;
  const faultsOf = (chunk: StageChunk): Problem[] =>
    readable(() => {
      if (typeof chunk !== 'object' || chunk === null) {
        return [problem('', 'wrong-type', chunk, 'a raster is needed')];
      }
      const own = isSpikes(chunk) ? rasterProblems(chunk) : signalProblems(chunk);
      if (chunk.channels !== channelsIn) {
        const needed = `${name} takes ${channelsIn} channels`;
        own.push(problem('channels', 'wrong-shape', chunk.channels, needed));
      }
      return own;
    });
  const check = (given: StageChunk): StageChunk => {
    const chunk = readItem(given);
    if (!isSound(chunk, channelsIn)) {
      const problems = faultsOf(chunk);
      if (problems.length > 0) throw new DataError(problems.map(problemText).join('; '));
    }
    // A stage without time takes any bins, in any order.
    if (grid === undefined) return chunk;
    checkGrid(chunk, grid);
    checkOrder(chunk, reached);
    return chunk;
  };
  const passSilence = ({ startTime, dt: width }: StageChunk): void => {
    if (dt === undefined || reached === undefined) return;
    const gap = binsBetween(reached, startTime, width);
    let left = silentSteps(gap, width);
    if (left < gap) onJump();
    if (left > 0) input.fill(0);
    for (; left > 0; left -= maxSteps) run.run(0, Math.min(left, maxSteps));
  };
  /** Brings a chunk through the stage, slice by slice. */
  const bring = (
    given: Float64Array | Uint32Array,
    left: Float64Array | Uint32Array,
    steps: number,
  ): void => {
    for (let t = 0; t < steps; t += maxSteps) {
      const count = Math.min(maxSteps, steps - t);
      input.set(given.subarray(t * channelsIn, (t + count) * channelsIn));
      run.run(0, count);
      left.set(run.output.subarray(0, count * channelsOut), t * channelsOut);
    }
  };
  const take = (chunk: StageChunk, left: Float64Array | Uint32Array): void => {
    if (isSpikes(chunk)) bring(chunk.counts, left, chunk.steps);
    else if (run.through === undefined) bring(chunk.values, left, chunk.steps);
    else run.through(chunk.values, left);
  };
  return (chunk) => {
    chunk = check(chunk);
    const { steps, dt: bins, startTime } = chunk;
    passSilence(chunk);
    reached = chunkEnd(chunk);
    if (isSpikes(chunk) ? spikesFromSpikes : spikesFromValues) {
      const counts = wholes(steps * channelsOut);
      take(chunk, counts);
      return { steps, channels: channelsOut, dt: bins, startTime, counts };
    }
    const values = reals(steps * channelsOut);
    take(chunk, values);
    return { steps, channels: channelsOut, dt: bins, startTime, values };
  };
}
