/** Rows of values that follow each other on a grid of time, until they are given out as one raster. */
import { DataError } from '../errors.ts';
import type { SignalRaster } from '../events/spike-raster.ts';

/** Rows and values of the largest raster that one item may complete. */
const mostRows = 2 ** 20;
const mostValues = 2 ** 24;

/** Rows that wait. */
export interface RowStore {
  /** Makes room for another row and gives where it begins in `values`. */
  add(startTime: number): number;
  /** The rows, one after the other. */
  readonly values: Float64Array;
  /** Gives all rows out; `at` is where they begin if there are none. */
  take(at: number): SignalRaster;
}

/** Makes a store of rows. */
export function rowStore(channels: number, dt: number): RowStore {
  let values = new Float64Array(channels);
  let steps = 0;
  let start = 0;
  return {
    get values() {
      return values;
    },
    add(startTime) {
      if (steps === 0) start = startTime;
      const at = steps++ * channels;
      if (steps > mostRows || at + channels > Math.max(mostValues, channels)) {
        throw new DataError(
          `time goes on by ${steps} bins or more of ${dt} s at once; say by empty packets that it passes, or mend its times`,
        );
      }
      if (at + channels > values.length) {
        const grown = new Float64Array(2 * (at + channels));
        grown.set(values);
        values = grown;
      }
      return at;
    },
    take(at) {
      const taken = {
        steps,
        channels,
        dt,
        startTime: steps === 0 ? at : start,
        values: values.slice(0, steps * channels),
      };
      steps = 0;
      return taken;
    },
  };
}
