/** Runs a pipeline in process, chunk by chunk. */
import { DataError } from '../errors.ts';
import { binsBetween, chunkEnd } from '../events/bins.ts';
import { reals, wholes } from '../events/blocks.ts';
import {
  areCounts,
  type Grid,
  gridProblems,
  type SignalRaster,
  type SpikeRaster,
} from '../events/spike-raster.ts';
import { stepsIn } from '../events/ticks.ts';
import { defaultEngine } from '../kernel/engine.ts';
import type { Engine } from '../neurons/engine.ts';
import { engineCheck } from '../neurons/engine.ts';
import {
  anything,
  type OptionTable,
  optionProblems,
  readAs,
  readItem,
  readOnce,
  refuse,
} from '../options.ts';
import { fault, type Problem, problemText, within } from '../problems.ts';
import { compiledChain } from './chain.ts';
import { chainRun } from './chain-run.ts';
import { graphRun } from './graph-run.ts';
import { pipelineProblems } from './guard.ts';
import type { Pipeline } from './pipeline.ts';
import { recordedSignal, recordProblems } from './record.ts';
import type { SliceRun, SliceValues } from './slice-run.ts';

/** What is wanted of a run beside its output. */
export interface RunOptions {
  /** Stages whose output is recorded, by name, and states of neurons, such as `hidden:imem`. */
  readonly record?: readonly string[];
}

// Which names there are depends on the pipeline.
const optionTable: OptionTable<RunOptions> = { record: anything };

/** A pipeline that runs: it keeps its state from chunk to chunk. */
export interface PipelineRun {
  /**
   * Runs a chunk of any length and returns the spikes of the last stage on the same time bins. A gap
   * since the last chunk is silence, in which time passes: a minute of it at most, after which neurons are at rest.
   *
   * @throws DataError if the chunk has another width or another `dt` than the pipeline, or starts
   * before the last one has ended
   */
  process(input: SpikeRaster): SpikeRaster;
  /**
   * Computes some of the silence before the next chunk, for whoever has others to give a turn: `process` computes what is left of it. Both
   * throw a `DataError` if they are told of another chunk after that.
   *
   * @param startTime where the chunk begins, whole microseconds
   * @param steps steps of silence at most
   * @returns whether some is left
   */
  approach(startTime: number, steps: number): boolean;
  /** What was asked to be recorded, by name, of the last chunk: spikes, or values if no spikes leave. */
  readonly recorded: Readonly<Record<string, SpikeRaster | SignalRaster>>;
  /** Gaps between chunks that were too long to be computed to their end. */
  readonly jumps: number;
  /** Spikes of the last stage in gaps between chunks, which no chunk holds. */
  readonly unbinned: number;
  /** Goes back to rest. */
  reset(): void;
}

/** Whether something is a grid, without making anything. */
function isGrid(input: unknown): input is Grid {
  try {
    if (typeof input !== 'object' || input === null) return false;
    const { steps, channels, dt, startTime } = input as Partial<Grid>;
    return (
      Number.isSafeInteger(steps) &&
      steps! >= 0 &&
      Number.isSafeInteger(startTime) &&
      typeof channels === 'number' &&
      typeof dt === 'number' &&
      startTime! + steps! * dt * 1e6 < Number.MAX_SAFE_INTEGER
    );
  } catch {
    return false;
  }
}

/** Refuses a chunk that the pipeline was not built for. */
export function checkGrid(
  input: Grid,
  { channelsIn, dt }: { channelsIn: number; dt: number },
): void {
  if (!isGrid(input)) {
    throw new DataError(gridProblems(input).map(problemText).join('; '));
  }
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

/** Refuses a chunk that starts before the last one has ended. */
export function checkOrder(chunk: Pick<Grid, 'startTime'>, reached: number | undefined): void {
  if (reached !== undefined && chunk.startTime < reached) {
    throw new DataError(
      `the chunk starts at ${chunk.startTime} µs, before the end of the last one at ${reached} µs; chunks must follow each other in time`,
    );
  }
}

/** Refuses what is no raster that a pipeline takes. */
export function checkRaster(
  raster: SpikeRaster,
  pipeline: { readonly channelsIn: number; readonly dt: number },
): void {
  checkGrid(raster, pipeline);
  const { channelsIn } = pipeline;
  if (areCounts(raster, raster.steps * channelsIn)) return;
  throw new DataError(`a Uint32Array of ${channelsIn} counts for each step is needed`);
}

/** Silence in a gap that is computed at most, seconds. */
export const longestSilence = 60;

/** Steps of silence that are computed at most, however short they are. */
export const mostSilentSteps: number = 2 ** 22;

/** Steps of a gap that are computed; the rest is a jump. */
export function silentSteps(gap: number, dt: number): number {
  if (gap === 0) return 0;
  return Math.min(gap, Math.max(1, stepsIn(longestSilence, dt)), mostSilentSteps);
}

/** Lists what keeps a pipeline from being run, whatever computes it. */
export function runProblems(pipeline: Pipeline, record: unknown = []): Problem[] {
  const problems = pipelineProblems(pipeline);
  if (problems.length > 0) return problems;
  const { stages, output } = pipeline;
  const { emits } = stages.find(({ name }) => name === output)!;
  const needed = 'the last stage must be one of neurons, so that spikes come out';
  return [
    ...(emits === 'spikes' ? [] : [fault(output, 'conflict', needed)]),
    ...recordProblems(pipeline, record),
  ];
}

/** A signal that is recorded: where its values are after a slice, and where they go. */
interface Recording {
  readonly name: string;
  readonly channels: number;
  readonly spiking: boolean;
  /** Values of the last slice, of so many steps. */
  slice(steps: number): SliceValues;
}

/** Starts a pipeline at rest, on slices: run as one where its engine does so, or stage by stage. */
function sliceRun(pipeline: Pipeline, engine: Engine): SliceRun {
  const compiled = compiledChain(pipeline, engine);
  return compiled === undefined ? graphRun(pipeline, engine) : chainRun(pipeline, compiled);
}

/** What was recorded of a chunk. */
type Values = Float64Array | Uint32Array;

function roomFor(recordings: readonly Recording[], steps: number): Values[] {
  if (recordings.length === 0) return nothing;
  return recordings.map(({ channels, spiking }) =>
    spiking ? wholes(steps * channels) : reals(steps * channels),
  );
}

const nothing: Values[] = [];

/** Gives what was recorded of a chunk its names and its bins. */
function named(
  recordings: readonly Recording[],
  signals: readonly Values[],
  { steps, dt, startTime }: Grid,
): Record<string, SpikeRaster | SignalRaster> {
  return Object.fromEntries(
    recordings.map(({ name, channels }, i) => {
      const values = signals[i]!;
      const grid = { steps, channels, dt, startTime };
      return [
        name,
        values instanceof Uint32Array ? { ...grid, counts: values } : { ...grid, values },
      ];
    }),
  );
}

/**
 * Starts a pipeline at rest.
 *
 * @param engine what computes the neurons; the kernel if left out
 * @throws InvalidArgumentError if it is no pipeline, does not end in spikes, or what is to be recorded is not there
 * @example
 * ```ts
 * const run = startPipeline(pipeline(dynapSim({ neurons: 1 })));
 * run.process(spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0] })).steps; // 2
 * ```
 */
export function startPipeline(
  pipeline: Pipeline,
  engine: Engine = defaultEngine(),
  options: RunOptions = {},
): PipelineRun {
  options = readOnce(options);
  engine = readAs(engine, engineCheck);
  refuse('this pipeline cannot run', () => [
    ...runProblems(pipeline, options?.record),
    ...within('engine', engineCheck(engine)),
    ...optionProblems(options, optionTable),
  ]);
  const { record = [] } = options;
  const { channelsOut } = pipeline;
  const slices = sliceRun(pipeline, engine);
  const { steps: maxSteps } = slices;
  const fired = slices.listen(pipeline.output);
  const recordings = record.map((name): Recording => {
    const { stage, state } = recordedSignal(pipeline, name);
    const { channelsOut: channels, emits } = pipeline.stages.find((own) => own.name === stage)!;
    return state === undefined
      ? { name, channels, spiking: emits === 'spikes', slice: slices.listen(stage) }
      : { name, channels, spiking: false, slice: slices.watch(stage, state) };
  });
  let reached: number | undefined;
  /** Steps of silence that are yet to be computed before the next chunk, once it is known where that begins. */
  let silent: number | undefined;
  let approached = 0;
  const passSilence = (startTime: number, atOnce: number): boolean => {
    if (silent !== undefined && startTime !== approached) {
      throw new DataError(
        `the chunk starts at ${startTime} µs, but time has begun to pass to ${approached} µs`,
      );
    }
    if (silent === undefined) {
      approached = startTime;
      const gap = reached === undefined ? 0 : binsBetween(reached, startTime, pipeline.dt);
      silent = silentSteps(gap, pipeline.dt);
      if (silent < gap) run.jumps++;
    }
    const rest = Math.max(0, silent - atOnce);
    while (silent > rest) {
      const steps = Math.min(silent - rest, maxSteps);
      silent -= steps;
      slices.enter(undefined, 0, steps);
      slices.run();
      const spikes = fired(steps);
      for (let i = 0; i < spikes.length; i++) run.unbinned += spikes[i]!;
    }
    return rest > 0;
  };
  // Plain fields: an object with getters costs each run a shape of its own.
  const run: { -readonly [name in keyof PipelineRun]: PipelineRun[name] } = {
    recorded: {},
    jumps: 0,
    unbinned: 0,
    approach(startTime, steps) {
      if (!(Number.isSafeInteger(startTime) && typeof steps === 'number' && steps >= 0)) {
        throw new DataError('a time of whole microseconds and a number of steps are needed');
      }
      checkOrder({ startTime }, reached);
      return passSilence(startTime, steps);
    },
    process(given) {
      const chunk = readItem(given);
      checkRaster(chunk, pipeline);
      checkOrder(chunk, reached);
      passSilence(chunk.startTime, Number.POSITIVE_INFINITY);
      silent = undefined;
      const { steps } = chunk;
      const counts = wholes(steps * channelsOut);
      const signals = roomFor(recordings, steps);
      for (let t = 0; t < steps; t += maxSteps) {
        const count = Math.min(maxSteps, steps - t);
        slices.enter(chunk.counts, t, t + count);
        slices.run();
        counts.set(fired(count), t * channelsOut);
        for (let i = 0; i < recordings.length; i++) {
          const { channels, slice } = recordings[i]!;
          signals[i]!.set(slice(count), t * channels);
        }
      }
      reached = chunkEnd(chunk);
      if (recordings.length > 0) run.recorded = named(recordings, signals, chunk);
      return { steps, channels: channelsOut, dt: chunk.dt, startTime: chunk.startTime, counts };
    },
    reset() {
      reached = undefined;
      silent = undefined;
      run.unbinned = 0;
      run.jumps = 0;
      run.recorded = {};
      slices.reset();
    },
  };
  return run;
}
