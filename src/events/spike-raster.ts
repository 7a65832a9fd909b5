/** Dense chunks of time bins, and what a raster must be. */
import { InvalidArgumentError } from '../errors.ts';
import {
  anything,
  areNumbers,
  listProblems,
  number,
  type OptionTable,
  readable,
  readItem,
  soundOptions,
} from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import { startProblems } from './bins.ts';
import { mostValues } from './blocks.ts';

/** The time grid that rasters share. */
export interface Grid {
  /** Number of time bins. */
  readonly steps: number;
  /** Number of channels. */
  readonly channels: number;
  /** Width of a bin, seconds. */
  readonly dt: number;
  /** Start of the first bin, whole microseconds. */
  readonly startTime: number;
}

/** A dense chunk of spike counts. */
export interface SpikeRaster extends Grid {
  /** Row-major `[steps × channels]`: how often each channel fired in each bin. */
  readonly counts: Uint32Array;
}

/** A dense chunk of values over time: weighted input of neurons, or a state that was recorded. */
export interface SignalRaster extends Grid {
  /** Row-major `[steps × channels]`, in the unit of the signal. */
  readonly values: Float64Array;
}

/** What {@link spikeRaster} takes. */
export interface SpikeRasterConfig {
  /** Number of channels. */
  readonly channels: number;
  /** Width of a bin, seconds. */
  readonly dt: number;
  /** Start of the first bin, whole microseconds; 0 if left out. */
  readonly startTime?: number;
  /** Row-major counts; or the number of steps, for an empty raster. */
  readonly counts: Uint32Array | readonly number[] | { readonly steps: number };
}

const configTable: OptionTable<SpikeRasterConfig> = {
  // The grid is checked as a whole.
  channels: anything,
  dt: anything,
  startTime: anything,
  counts(value) {
    if (Array.isArray(value)) {
      const long = listProblems(value, mostValues);
      const odd = long.length > 0 ? -1 : value.findIndex((count) => typeof count !== 'number');
      if (odd < 0) return long;
      return [problem(`[${odd}]`, 'wrong-type', value[odd], 'a number is needed')];
    }
    const steps = (value as { readonly steps?: unknown } | null | undefined)?.steps;
    if (value instanceof Uint32Array || steps !== undefined) return [];
    return [problem('', 'wrong-type', value, 'counts row by row, or { steps } are needed')];
  },
};

const gridChecks = {
  channels: number({ min: 1, whole: true }),
  steps: number({ min: 0, whole: true }),
  startTime: number({ whole: true, unit: 'µs' }),
} as const;

/** What a width of bins must be: events have whole microseconds. */
const anyWidth = number({ min: 1e-6, unit: 'seconds' });

/** Lists what keeps chunks of so many steps from being rasters, at the path of their length. */
export function chunkProblems(chunkSteps: number, channels: number): Problem[] {
  if (chunkSteps * channels <= mostValues) return [];
  const needed = `a raster holds ${mostValues} values at most; there are ${channels} channels`;
  return [problem('chunkSteps', 'too-large', chunkSteps, needed)];
}

/** Lists what is too much of a grid whose numbers are sound by themselves. */
function sizeProblems({ steps, channels, dt, startTime }: Grid): Problem[] {
  const problems: Problem[] = [];
  if (steps * channels > mostValues) {
    const needed = `a raster holds ${mostValues} values at most; cut it into chunks`;
    problems.push(problem('', 'too-large', `${steps}×${channels}`, needed));
  }
  const end = startTime + steps * dt * 1e6;
  if (!(end < Number.MAX_SAFE_INTEGER)) {
    problems.push(problem('', 'too-large', end, 'its end must fit in 53 bits of microseconds'));
  }
  return problems;
}

/** Lists what is wrong with the grid of a raster; empty if nothing is. */
export function gridProblems(grid: Grid): Problem[] {
  return isGrid(grid) ? [] : gridFaults(grid);
}

/** Whether a grid is sound: a look that makes nothing, since a stream has thousands a second. */
function isGrid(grid: Grid): boolean {
  try {
    const { channels, steps, dt, startTime } = grid;
    return (
      Number.isSafeInteger(channels) &&
      channels >= 1 &&
      Number.isSafeInteger(steps) &&
      steps >= 0 &&
      steps * channels <= mostValues &&
      Number.isFinite(dt) &&
      dt >= 1e-6 &&
      Number.isSafeInteger(startTime) &&
      startTime + steps * dt * 1e6 < Number.MAX_SAFE_INTEGER &&
      startProblems(startTime, dt).length === 0
    );
  } catch {
    return false;
  }
}

function gridFaults(grid: Grid): Problem[] {
  return readable(() => fieldProblems(grid));
}

function fieldProblems(grid: Grid): Problem[] {
  if (typeof grid !== 'object' || grid === null) {
    return [problem('', 'wrong-type', grid, 'steps, channels, dt and startTime are needed')];
  }
  const { channels, steps, dt, startTime } = grid;
  const problems = [
    ...within('channels', gridChecks.channels(channels)),
    ...within('steps', gridChecks.steps(steps)),
    ...within('dt', anyWidth(dt)),
    ...within('startTime', gridChecks.startTime(startTime)),
  ];
  if (problems.length > 0) return problems;
  return [...within('startTime', startProblems(startTime, dt)), ...sizeProblems(grid)];
}

/** Lists what is wrong with a raster that was made by hand; empty if nothing is. */
export function rasterProblems(raster: SpikeRaster): Problem[] {
  return isGrid(raster) && areCounts(raster, raster.steps * raster.channels)
    ? []
    : rasterFaults(raster);
}

/** Whether a raster has as many counts, without making anything. */
export function areCounts(raster: SpikeRaster, length: number): boolean {
  try {
    const { counts } = raster;
    return areNumbers(counts, Uint32Array) && counts.length === length;
  } catch {
    return false;
  }
}

function rasterFaults(raster: SpikeRaster): Problem[] {
  return [
    ...gridProblems(raster),
    ...readable(() => {
      if (typeof raster !== 'object' || raster === null) return [];
      const { steps, channels, counts } = raster;
      if (!areNumbers(counts, Uint32Array)) {
        return [problem('counts', 'wrong-type', counts, 'a Uint32Array is needed')];
      }
      const sized = Number.isSafeInteger(steps) && Number.isSafeInteger(channels);
      if (!sized || counts.length === steps * channels) return [];
      const needed = `${steps}×${channels} counts are needed`;
      return [problem('counts.length', 'wrong-shape', counts.length, needed)];
    }),
  ];
}

/**
 * Makes a raster and checks it.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * spikeRaster({ channels: 2, dt: 1e-3, counts: [0, 1, 2, 0] }).steps; // 2
 * ```
 */
export function spikeRaster(config: SpikeRasterConfig): SpikeRaster {
  config = soundOptions(
    'this raster cannot be made',
    config,
    configTable,
    'channels',
    'dt',
    'counts',
  );
  const { channels, dt, startTime = 0, counts: given } = config;
  const silent = 'steps' in given;
  const values = Uint32Array.from(silent ? [] : given);
  const rows = typeof channels === 'number' ? values.length / channels : Number.NaN;
  const grid = { steps: silent ? given.steps : rows, channels, dt, startTime };
  const problems = gridProblems(grid);
  const odd = silent ? -1 : values.findIndex((count, i) => count !== given[i]);
  if (odd >= 0) {
    const needed = 'whole numbers from 0 to 4294967295 are needed';
    const count = (given as readonly number[])[odd];
    problems.push(problem(`counts[${odd}]`, 'out-of-range', count, needed));
  }
  if (problems.length > 0) throw new InvalidArgumentError('this raster cannot be made', problems);
  return { ...grid, counts: silent ? new Uint32Array(given.steps * channels) : values };
}

/**
 * Adds up each channel's counts over all bins, `[channels]`.
 *
 * @throws InvalidArgumentError with all problems of the raster
 * @example
 * ```ts
 * channelCounts(spikeRaster({ channels: 2, dt: 1e-3, counts: [0, 1, 2, 1] })); // [2, 2]
 * ```
 */
export function channelCounts(raster: SpikeRaster): number[] {
  raster = readItem(raster);
  const problems = rasterProblems(raster);
  if (problems.length > 0) throw new InvalidArgumentError('there is no such raster', problems);
  const { counts, channels } = raster;
  const totals = new Array<number>(channels).fill(0);
  for (let i = 0; i < counts.length; i++) {
    totals[i % channels] = totals[i % channels]! + counts[i]!;
  }
  return totals;
}

/**
 * Mean firing rate of each channel over all bins, hertz, `[channels]`.
 *
 * @throws InvalidArgumentError with all problems of the raster
 * @example
 * ```ts
 * channelRates(spikeRaster({ channels: 2, dt: 1e-3, counts: [0, 1, 2, 1] })); // [1000, 1000]
 * ```
 */
export function channelRates(raster: SpikeRaster): number[] {
  raster = readItem(raster);
  return channelCounts(raster).map((count) => count / (raster.steps * raster.dt));
}
