/** The source `fromSeries`: numbers over time become spikes, by their changes or as rates. */
import { defer, type Observable, type SchedulerLike } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { binOf, binStart, startProblems } from '../src/events/bins.ts';
import { bounded } from '../src/events/blocks.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import { itemKind, type Series, seriesProblems } from '../src/events/series.ts';
import { gridProblems, type SignalRaster, type SpikeRaster } from '../src/events/spike-raster.ts';
import { stepsIn } from '../src/events/ticks.ts';
import { type DeltaEncodeConfig, deltaEncoder } from '../src/filters/delta-encode.ts';
import type { Filter } from '../src/filters/filter.ts';
import { type RateEncodeConfig, rateEncoder } from '../src/filters/rate-encode.ts';
import {
  anything,
  callback,
  having,
  number,
  type OptionTable,
  optionProblems,
  readable,
  readItem,
  readOnce,
} from '../src/options.ts';
import { fault, type Problem, problem, within } from '../src/problems.ts';
import type { CountingSource } from './counting-source.ts';
import { paced } from './paced.ts';

/** Configuration of {@link fromSeries}; either `delta` or `rate`. */
export interface FromSeriesConfig {
  /** Spikes when a value changes, as `deltaEncode` takes it. */
  readonly delta?: DeltaEncodeConfig;
  /** Spikes as often as a value is large, as `rateEncode` takes it. */
  readonly rate?: RateEncodeConfig;
  /** Width of a bin, seconds; 1 ms if left out, or that of a raster of values. */
  readonly dt?: number;
  /** Length, seconds; to the end of the numbers if left out, without end for a function. */
  readonly duration?: number;
  /** Steps of each chunk; 100 if left out. */
  readonly chunkSteps?: number;
  /** Keeps time: each chunk is emitted when its last bin is over. As fast as it can if left out. */
  readonly clock?: SchedulerLike;
  /** Counts values out of range, as `clipped`; the source's own if left out. */
  readonly losses?: Losses;
}

/** Numbers over time: samples at any times, values on a grid, or a function of the time in seconds. */
export type Numbers = Series | SignalRaster | ((seconds: number) => number | readonly number[]);

const table: OptionTable<FromSeriesConfig> = {
  delta: anything,
  rate: anything,
  dt: number({ min: 1e-6, unit: 'seconds' }),
  duration: number({ min: 0, unit: 'seconds' }),
  chunkSteps: number({ min: 1, whole: true }),
  clock: having('a scheduler', 'now', 'schedule'),
  losses: lossesCheck,
};

/** Numbers, asked for step by step. */
interface Sampled {
  readonly channels: number;
  readonly dt: number;
  readonly startTime: number;
  /** Steps there are; may be infinite. */
  readonly steps: number;
  /** Writes the values at a time, whole µs, from `at` on. Times only go on. */
  sample(time: number, values: Float64Array, at: number): void;
}

/**
 * Turns numbers over time into spikes, by their changes (`delta`) or as rates (`rate`). The value of a bin is the last
 * sample taken by its start, or what a function gives for it. Every subscription begins anew.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * fromSeries((seconds) => Math.sin(2 * Math.PI * seconds), {
 *   delta: { threshold: 0.1 },
 *   duration: 0.25,
 *   chunkSteps: 250,
 * }).pipe(map(channelCounts)); // emits [9, 0]
 * ```
 */
export function fromSeries(
  numbers: Numbers,
  config: FromSeriesConfig,
): CountingSource<SpikeRaster> {
  config = readOnce(config, table);
  numbers = readItem(numbers);
  const problems = [
    ...within(
      'numbers',
      readable(() => numberProblems(numbers)),
    ),
    ...optionProblems(config, table),
  ];
  if (problems.length === 0) problems.push(...codeProblems(numbers, config));
  if (problems.length > 0) throw new InvalidArgumentError('these numbers make no spikes', problems);
  const { chunkSteps = 100, clock, losses = lossCounter() } = config;
  encoderOf(config, losses);
  const source: Observable<SpikeRaster> = defer(() => {
    const encode = encoderOf(config, losses);
    const { channels, dt, startTime, steps, sample } = sampled(numbers, config);
    const endOf = (index: number): number => Math.min(steps, (index + 1) * chunkSteps);
    return paced({
      count: Math.ceil(steps / chunkSteps),
      itemAt(index) {
        const first = index * chunkSteps;
        const length = endOf(index) - first;
        const values = new Float64Array(bounded(length * channels));
        for (let step = 0; step < length; step++) {
          sample(binStart(first + step, dt, startTime), values, step * channels);
        }
        const at = binStart(first, dt, startTime);
        return encode({ steps: length, channels, dt, startTime: at, values });
      },
      dueAt: (index) => (binStart(endOf(index), dt, startTime) - startTime) / 1000,
      clock,
    });
  });
  return Object.assign(source, { losses });
}

function numberProblems(numbers: unknown): Problem[] {
  if (typeof numbers === 'function') return [...callback(numbers)];
  const kind = itemKind(numbers);
  if (kind === 'series') return seriesProblems(numbers as Series);
  if (kind === 'signals') return rasterProblems(numbers as SignalRaster);
  const needed = 'a series, a raster of values, or a function of the time in seconds is needed';
  return [problem('', 'wrong-type', numbers, needed)];
}

function rasterProblems(raster: SignalRaster): Problem[] {
  const problems = gridProblems(raster);
  const { steps, channels, values } = raster;
  if (!ArrayBuffer.isView(values) || values.length !== steps * channels) {
    const needed = `${steps}×${channels} values in a Float64Array are needed`;
    problems.push(problem('values', 'wrong-shape', values, needed));
  }
  return problems;
}

function codeProblems(numbers: Numbers, { delta, rate, dt = 1e-3 }: FromSeriesConfig): Problem[] {
  const problems: Problem[] = [];
  if ((delta === undefined) === (rate === undefined)) {
    problems.push(fault('', 'conflict', 'either delta or rate says how numbers become spikes'));
  }
  if (typeof numbers !== 'function' && 'steps' in numbers) {
    problems.push(...within('startTime', startProblems(numbers.startTime, numbers.dt)));
    if (dt !== 1e-3 && dt !== numbers.dt) {
      problems.push(problem('dt', 'conflict', dt, `the values lie ${numbers.dt} s apart`));
    }
  }
  return problems;
}

function encoderOf(
  { delta, rate }: FromSeriesConfig,
  losses: Losses,
): Filter<SignalRaster, SpikeRaster> {
  return rate === undefined ? deltaEncoder(delta!) : rateEncoder({ losses, ...rate });
}

function sampled(numbers: Numbers, config: FromSeriesConfig): Sampled {
  const all = typeof numbers === 'function' ? ofFunction(numbers, config) : ofItem(numbers, config);
  const { duration } = config;
  return duration === undefined
    ? all
    : { ...all, steps: Math.min(all.steps, stepsIn(duration, all.dt)) };
}

function ofItem(numbers: Series | SignalRaster, config: FromSeriesConfig): Sampled {
  return 'steps' in numbers ? ofRaster(numbers) : ofSamples(numbers, config);
}

function ofFunction(
  valueAt: (seconds: number) => number | readonly number[],
  { dt = 1e-3 }: FromSeriesConfig,
): Sampled {
  const first = valueAt(0);
  return {
    channels: typeof first === 'number' ? 1 : first.length,
    dt,
    startTime: 0,
    steps: Number.POSITIVE_INFINITY,
    sample(time, values, at) {
      const value = valueAt(time / 1e6);
      if (typeof value === 'number') values[at] = value;
      else values.set(value, at);
    },
  };
}

function ofRaster({ steps, channels, dt, startTime, values: given }: SignalRaster): Sampled {
  return {
    channels,
    dt,
    startTime,
    steps,
    sample(time, values, at) {
      const row = binOf(time, startTime, dt) * channels;
      values.set(given.subarray(row, row + channels), at);
    },
  };
}

/** Each sample holds until the next; what was not measured, as it was before. */
function ofSamples(
  { timestamps, values: given, channels, until }: Series,
  { dt = 1e-3 }: FromSeriesConfig,
): Sampled {
  const startTime = binStart(binOf(timestamps[0] ?? until, 0, dt), dt);
  const held = new Float64Array(channels);
  let next = 0;
  const take = (): void => {
    for (let channel = 0; channel < channels; channel++) {
      const value = given[next * channels + channel]!;
      if (!Number.isNaN(value)) held[channel] = value;
    }
    next++;
  };
  return {
    channels,
    dt,
    startTime,
    steps: timestamps.length === 0 ? 0 : binOf(until - 1, startTime, dt) + 1,
    sample(time, values, at) {
      while (next < timestamps.length && (next === 0 || timestamps[next]! <= time)) take();
      values.set(held, at);
    },
  };
}
