/** Numbers over time and marks in time, which go beside events and rasters in streams, files and over wires. */
import { listOf, number, refuse, text } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';
import type { AerPacket } from './aer-packet.ts';
import type { SignalRaster, SpikeRaster } from './spike-raster.ts';

/** A run of samples at any times, sorted by time: what a sensor measured, or what an actuator is to do. */
export interface Series {
  /** Whole microseconds, as of events. */
  readonly timestamps: Float64Array;
  /** Row-major `[samples × channels]`, in the unit of the series; what is not a number was not measured. */
  readonly values: Float64Array;
  /** Number of channels. */
  readonly channels: number;
  /** Everything before this time has been said, whole microseconds. */
  readonly until: number;
}

/** A run of marks in time, sorted by it: `stimulus on`, `trial 7`. */
export interface Marks {
  /** Whole microseconds, as of events. */
  readonly timestamps: Float64Array;
  /** What each mark says. Same length as `timestamps`. */
  readonly labels: readonly string[];
  /** Everything before this time has been said, whole microseconds. */
  readonly until: number;
}

/** Whatever flows in a stream of data. */
export type StreamItem = AerPacket | SpikeRaster | SignalRaster | Series | Marks;

/** Names of the kinds of items. */
export type ItemKind = 'events' | 'raster' | 'signals' | 'series' | 'marks';

/**
 * Tells what an item of a stream is; undefined if it is none.
 *
 * @example
 * ```ts
 * itemKind(series([0], [0.5])); // 'series'
 * ```
 */
export function itemKind(item: unknown): ItemKind | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  try {
    return kindOf(item);
  } catch {
    // A getter or a proxy that throws.
    return undefined;
  }
}

function kindOf(has: Partial<AerPacket & SpikeRaster & SignalRaster & Series & Marks>) {
  if (has.timestamps instanceof Float64Array) {
    if (has.addresses instanceof Uint32Array) return 'events';
    if (has.values instanceof Float64Array) return 'series';
    return Array.isArray(has.labels) ? 'marks' : undefined;
  }
  if (has.counts instanceof Uint32Array) return 'raster';
  return has.values instanceof Float64Array ? 'signals' : undefined;
}

const anyChannels = number({ min: 1, max: 2 ** 32 - 1, whole: true });
const anyTime = number({ whole: true, unit: 'µs' });

/** Lists what is wrong with times: not whole, not sorted, or after `until`. */
function timeProblems(timestamps: ArrayLike<number>, until: number): Problem[] {
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < timestamps.length; i++) {
    const time = timestamps[i]!;
    const path = `timestamps[${i}]`;
    const odd = anyTime(time);
    if (odd.length > 0) return within(path, odd);
    if (time < last)
      return [problem(path, 'conflict', time, `it lies before ${last} µs: sort by time`)];
    last = time;
  }
  if (!Number.isSafeInteger(until)) return within('until', anyTime(until));
  if (until >= last) return [];
  return [problem('until', 'conflict', until, `it lies before the last time, ${last} µs`)];
}

/** Lists why something is no list of numbers. */
function listProblems(path: string, list: unknown): Problem[] {
  const needed = 'a list of numbers is needed';
  if (list instanceof Float64Array) return [];
  if (typeof list !== 'object' || list === null) return [problem(path, 'wrong-type', list, needed)];
  const { length } = list as ArrayLike<unknown>;
  if (!Number.isSafeInteger(length) || length < 0 || length > 2 ** 32) {
    return [problem(path, 'wrong-type', list, needed)];
  }
  for (let i = 0; i < length; i++) {
    const value = (list as ArrayLike<unknown>)[i];
    if (typeof value === 'number') continue;
    return [problem(`${path}[${i}]`, 'wrong-type', value, 'a number is needed')];
  }
  return [];
}

/** Lists everything that is wrong with a series; empty if nothing is. */
export function seriesProblems({ timestamps, values, channels, until }: Series): Problem[] {
  const problems = [
    ...within('channels', anyChannels(channels)),
    ...timeProblems(timestamps, until),
  ];
  if (problems.length === 0 && values.length !== timestamps.length * channels) {
    const needed = `${timestamps.length}×${channels} values are needed`;
    problems.push(problem('values.length', 'wrong-shape', values.length, needed));
  }
  return problems;
}

/** Lists everything that is wrong with marks; empty if nothing is. */
export function marksProblems({ timestamps, labels, until }: Marks): Problem[] {
  const problems = [...within('labels', listOf(text)(labels)), ...timeProblems(timestamps, until)];
  if (problems.length === 0 && labels.length !== timestamps.length) {
    const needed = `${timestamps.length} labels are needed`;
    problems.push(problem('labels.length', 'wrong-shape', labels.length, needed));
  }
  return problems;
}

/**
 * Makes a series and checks it.
 *
 * @param values sample by sample, each with all its channels
 * @param channels 1 if left out
 * @param until the time of the last sample if left out; 0 if there is none
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * series([0, 1000], [0.5, 1, 0.25, -1], 2).values.length; // 4
 * ```
 */
export function series(
  timestamps: ArrayLike<number>,
  values: ArrayLike<number>,
  channels = 1,
  until?: number,
): Series {
  const what = 'this series cannot be made';
  let made: Series | undefined;
  refuse(what, () => {
    const junk = [...listProblems('timestamps', timestamps), ...listProblems('values', values)];
    if (junk.length > 0) return junk;
    const times = Float64Array.from(timestamps);
    made = {
      timestamps: times,
      values: Float64Array.from(values),
      channels,
      until: until ?? times.at(-1) ?? 0,
    };
    return seriesProblems(made);
  });
  return made!;
}

/**
 * Makes marks and checks them.
 *
 * @param until the time of the last mark if left out; 0 if there is none
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * marks([1000], ['stimulus on']).labels[0]; // 'stimulus on'
 * ```
 */
export function marks(
  timestamps: ArrayLike<number>,
  labels: readonly string[],
  until?: number,
): Marks {
  const what = 'these marks cannot be made';
  let made: Marks | undefined;
  refuse(what, () => {
    const junk = listProblems('timestamps', timestamps);
    if (junk.length > 0) return junk;
    const times = Float64Array.from(timestamps);
    const given = { timestamps: times, labels, until: until ?? times.at(-1) ?? 0 };
    const problems = marksProblems(given);
    if (problems.length === 0) made = { ...given, labels: [...labels] };
    return problems;
  });
  return made!;
}
