/** What makes spikes of observations and actions of spikes: stages that are called row by row, or functions. */
import { DataError } from '../errors.ts';
import { reals, wholes } from '../events/blocks.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import type { RowDecoder, RowEncoder, Rows } from '../filters/rows.ts';
import { shown } from '../problems.ts';
import { numbersIn, reading, readNumbers } from './numbers.ts';

/** A step of a loop, as far as it is known while an observation is encoded or spikes are decoded. */
export interface LoopMoment<O> {
  /** Number of the step, from 0 on. */
  readonly step: number;
  /** Start of the step, whole microseconds. */
  readonly time: number;
  /** Observation of the environment. */
  readonly observation: O;
  /** Signals that are recorded, by name; known when spikes are decoded. */
  readonly recorded?: Readonly<Record<string, SpikeRaster | SignalRaster>>;
}

/**
 * Turns observations into spikes: a stage such as `rateEncode`, for observations that are numbers; or a function, which gives how often each
 * channel fires in each bin of the step, row-major `[bins × channels]`. Its result is copied.
 */
export type Encode<O> =
  | ((observation: O, moment: LoopMoment<O>) => Uint32Array | readonly number[])
  | (O extends number | ArrayLike<number> ? RowEncoder : never);

/** A function that turns spikes into actions. */
export interface DecodeFunction<O, A> {
  (spikes: SpikeRaster, moment: LoopMoment<O>): A;
  /** Called when a loop begins, if there is something to be forgotten then. */
  begin?(): void;
}

/**
 * Turns spikes into actions: a stage such as `populationDecode`, whose values after the last bin of the step are the action; or a function. Its
 * result is handed on and must not be written again.
 */
export type Decode<O, A> = DecodeFunction<O, A> | (Float64Array extends A ? RowDecoder : never);

/** The bins of a step. */
export interface StepGrid {
  /** Bins of a step. */
  readonly bins: number;
  /** Width of a bin, seconds. */
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
}

/** Whether something is called row by row. */
export function hasRows(stage: unknown): stage is RowEncoder | RowDecoder {
  return typeof (stage as Partial<RowEncoder> | null | undefined)?.rows === 'function';
}

/** Makes what gives the counts of each step. */
export function encoderOf<O>(
  encode: Encode<O>,
  { bins, width, channelsIn }: StepGrid,
): (observation: O, moment: LoopMoment<O>) => Uint32Array {
  if (!hasRows(encode)) {
    const given = encode as (observation: O, moment: LoopMoment<O>) => unknown;
    return (observation, moment) => copied(given(observation, moment), bins * channelsIn);
  }
  const stage = encode as RowEncoder;
  let row = new Float64Array(0);
  let rows: Rows<Float64Array, Uint32Array> | undefined;
  return (observation) => {
    if (rows === undefined) {
      row = new Float64Array(widthOf(observation));
      rows = stage.rows(row.length, width);
      if (rows.channels !== channelsIn) {
        throw new DataError(
          `${row.length} values are encoded on ${rows.channels} channels, but the pipeline takes ${channelsIn}`,
        );
      }
    }
    fill(row, observation);
    const counts = wholes(bins * channelsIn);
    for (let bin = 0; bin < bins; bin++) rows.follow(row, 0, counts, bin * channelsIn);
    return counts;
  };
}

/** Tells a promise, whatever something does when it is asked. */
function isPromise(given: unknown): given is Promise<unknown> {
  try {
    return given instanceof Promise;
  } catch {
    return false;
  }
}

/** Tells what a promise fails with, if something is one: nobody waits for it, and it is not to end the process. */
export function whenFailed(given: unknown, failed: (cause: unknown) => void): void {
  if (isPromise(given)) given.catch(failed);
}

/**
 * Refuses a promise of what a loop needs at once.
 *
 * @throws DataError
 */
export function refusePromise(whose: string, given: unknown): void {
  if (!isPromise(given)) return;
  // Nobody waits for it: what it fails with is not to end the process.
  given.catch(() => {});
  throw new DataError(
    `${whose} gave a promise, and a loop needs its answer at once; what answers later is given as streams, observations and actions`,
  );
}

/** Makes what gives the action of each step. */
export function decoderOf<O, A>(
  decode: Decode<O, A>,
  { bins, width, channelsOut }: StepGrid,
): (spikes: SpikeRaster, moment: LoopMoment<O>) => A {
  if (!hasRows(decode)) {
    const given = decode as DecodeFunction<O, A>;
    given.begin?.();
    return (spikes, moment) => {
      const action = given(spikes, moment);
      refusePromise('decode', action);
      return action;
    };
  }
  const rows = (decode as RowDecoder).rows(channelsOut, width);
  return ({ counts }) => {
    const action = reals(rows.channels);
    for (let bin = 0; bin < bins; bin++) rows.follow(counts, bin * channelsOut, action, 0);
    return action as A;
  };
}

/** A copy of the counts that a function gave. */
function copied(given: unknown, length: number): Uint32Array {
  refusePromise('encode', given);
  const found = numbersIn(encoding, given);
  if (found !== length || typeof given === 'number') {
    throw new DataError(
      `encode gave ${found === undefined ? 'no counts' : `${found} counts`}; ${length} are needed, one for each channel in each bin`,
    );
  }
  const counts = wholes(length);
  if (given instanceof Uint32Array) {
    counts.set(given);
    return counts;
  }
  reading(encoding, copyEach, given as ArrayLike<unknown>, counts);
  return counts;
}

function copyEach(given: ArrayLike<unknown>, counts: Uint32Array): void {
  for (let i = 0; i < counts.length; i++) {
    const count = given[i];
    if (typeof count === 'number' && count >= 0 && count < 2 ** 32 && Number.isInteger(count)) {
      counts[i] = count;
      continue;
    }
    throw new DataError(
      `count ${i} of encode is ${shown(count)}; a whole number of spikes is needed`,
    );
  }
}

const encoding = 'result of encode';

/** Values of an observation at most. */
const mostSeen = 65_536;

function widthOf(observation: unknown): number {
  const length = numbersIn('observation', observation);
  if (length !== undefined && length > 0 && length <= mostSeen) return length;
  throw new DataError(
    length === undefined
      ? 'an observation is neither a number nor a list of numbers; encode it by a function of your own'
      : `an observation has ${length} values; 1 to ${mostSeen} can be encoded`,
  );
}

function fill(row: Float64Array, observation: unknown): void {
  const width = widthOf(observation);
  if (width !== row.length) {
    throw new DataError(`an observation has ${width} values; those before had ${row.length}`);
  }
  readNumbers('observation', observation, row);
  for (let i = 0; i < row.length; i++) {
    if (!Number.isFinite(row[i]!)) {
      throw new DataError(`value ${i} of an observation is ${row[i]}; it must be finite`);
    }
  }
}
