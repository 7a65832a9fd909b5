import { InvalidArgumentError } from '../errors.ts';

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

/** A dense chunk of weighted values, as a linear stage emits them. */
export interface WeightedRaster extends Grid {
  /** Row-major `[steps × channels]`, in units of weight. */
  readonly values: Float64Array;
}

/** What {@link spikeRaster} takes. */
export interface SpikeRasterConfig {
  /** Number of channels. */
  readonly channels: number;
  /** Width of a bin, seconds. */
  readonly dt: number;
  /** Start of the first bin, whole microseconds; 0 where left out. */
  readonly startTime?: number;
  /** Row-major counts; or the number of steps, for an empty raster. */
  readonly counts: Uint32Array | readonly number[] | { readonly steps: number };
}

/** Lists what is wrong with the grid of a raster; empty where all is well. */
export function gridProblems({ steps, channels, dt, startTime }: Grid): string[] {
  const problems: string[] = [];
  if (!Number.isSafeInteger(channels) || channels < 1) {
    problems.push(`channels is ${channels}; a whole number above 0 is needed`);
  }
  if (!Number.isSafeInteger(steps) || steps < 0) {
    problems.push(`steps is ${steps}; whole rows of ${channels} channels are needed`);
  }
  if (!(dt >= 1e-6 && Number.isFinite(dt))) {
    problems.push(
      `dt is ${dt} s; bins of at least 1 µs (1e-6) are needed, as events have whole µs`,
    );
  }
  if (!Number.isSafeInteger(startTime)) {
    problems.push(`startTime is ${startTime}; whole microseconds are needed`);
  }
  return problems;
}

/** Lists what is wrong with a raster that was made by hand; empty where all is well. */
export function rasterProblems(raster: SpikeRaster): string[] {
  const { steps, channels, counts } = raster;
  const problems = gridProblems(raster);
  if (counts.length !== steps * channels) {
    problems.push(`the raster has ${counts.length} counts for ${steps}×${channels} bins`);
  }
  return problems;
}

/**
 * Makes a raster and checks it.
 *
 * @throws InvalidArgumentError with all reasons
 * @example
 * ```ts
 * spikeRaster({ channels: 2, dt: 1e-3, counts: [0, 1, 2, 0] }).steps; // 2
 * ```
 */
export function spikeRaster(config: SpikeRasterConfig): SpikeRaster {
  const { channels, dt, startTime = 0, counts: given } = config;
  const silent = 'steps' in given;
  const values = Uint32Array.from(silent ? [] : given);
  const grid = { steps: silent ? given.steps : values.length / channels, channels, dt, startTime };
  const problems = gridProblems(grid);
  if (!silent && Array.from(given).some((count, i) => count !== values[i])) {
    problems.push('counts must be whole numbers from 0 to 4294967295');
  }
  if (problems.length > 0) throw new InvalidArgumentError('this raster cannot be made', problems);
  return { ...grid, counts: silent ? new Uint32Array(given.steps * channels) : values };
}

/** Adds up each channel's counts. */
export function channelCounts({ counts, channels }: SpikeRaster): number[] {
  const totals = new Array<number>(channels).fill(0);
  for (let i = 0; i < counts.length; i++) {
    totals[i % channels] = totals[i % channels]! + counts[i]!;
  }
  return totals;
}

/** Mean firing rate of each channel, hertz. */
export function channelRates(raster: SpikeRaster): number[] {
  return channelCounts(raster).map((count) => count / (raster.steps * raster.dt));
}
