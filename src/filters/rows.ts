/** Stages between numbers and spikes that can be called bin by bin, as closed loops do. */
import { bounded } from '../events/blocks.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import type { Filter } from './filter.ts';
import { onceForGrid, soundSignal } from './signal-check.ts';

/** Turns the rows of a stream into other rows, one by one and without allocating anything. It may keep state from bin to bin. */
export interface Rows<From, Into> {
  /** Values of each row that is written. */
  readonly channels: number;
  /** Reads the row of a bin from `from` at `at` on, and writes another to `into` at `to`. */
  follow(from: From, at: number, into: Into, to: number): void;
}

/** What can be called row by row: rows of numbers become rows of spikes, or the other way round. */
export interface RowStage<From, Into> {
  /**
   * Begins a stream of rows, at rest.
   *
   * @param channels values of each row that is read
   * @param dt width of a bin, seconds
   * @throws DataError if it has no use for so many channels
   */
  rows(channels: number, dt: number): Rows<From, Into>;
}

/** Numbers become spikes, row by row. */
export type RowEncoder = RowStage<Float64Array, Uint32Array>;

/** Spikes become numbers, row by row. */
export type RowDecoder = RowStage<Uint32Array, Float64Array>;

/** Makes a filter of what encodes rows. */
export function encodeRows(
  make: RowEncoder['rows'],
): Filter<SignalRaster, SpikeRaster> & RowEncoder {
  const rowsOf = onceForGrid(make);
  return Object.assign(
    (signal: SignalRaster): SpikeRaster => {
      signal = soundSignal(signal);
      const { steps, channels, dt, startTime, values } = signal;
      const rows = rowsOf(signal);
      const counts = new Uint32Array(bounded(steps * rows.channels));
      for (let step = 0; step < steps; step++) {
        rows.follow(values, step * channels, counts, step * rows.channels);
      }
      return { steps, channels: rows.channels, dt, startTime, counts };
    },
    { rows: make },
  );
}
