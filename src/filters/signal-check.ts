/** What an encoder takes: chunks of numbers over time that follow each other. */

import { DataError } from '../errors.ts';
import { gridProblems, type SignalRaster } from '../events/spike-raster.ts';
import { firstNotFinite } from '../matrix.ts';
import { readItem } from '../options.ts';
import { problemText } from '../problems.ts';

/**
 * Reads a chunk of numbers, and refuses what is none.
 *
 * @throws DataError that says what is wrong
 */
export function soundSignal(given: SignalRaster): SignalRaster {
  const signal = readItem(given);
  const problems = gridProblems(signal);
  if (problems.length > 0) throw new DataError(problems.map(problemText).join('; '));
  const { steps, channels, values } = signal;
  // What only claims to be one has no length.
  const is = ArrayBuffer.isView(values) && values instanceof Float64Array;
  if (!is || values.length !== steps * channels) {
    throw new DataError(`${steps}×${channels} values in a Float64Array are needed`);
  }
  const bad = firstNotFinite(values);
  if (bad >= 0) throw new DataError(`value ${bad} is ${values[bad]}; it must be finite`);
  return signal;
}

/** Makes something once for the channels and bins of a stream; a stream that changes them is refused. */
export function onceForGrid<T>(
  make: (channels: number, dt: number) => T,
): (signal: SignalRaster) => T {
  let made: { readonly channels: number; readonly dt: number; readonly value: T } | undefined;
  return ({ channels, dt }) => {
    made ??= { channels, dt, value: make(channels, dt) };
    if (made.channels === channels && made.dt === dt) return made.value;
    throw new DataError(
      `${channels} channels in bins of ${dt} s follow ${made.channels} in bins of ${made.dt} s; give each stream its own encoder`,
    );
  };
}
