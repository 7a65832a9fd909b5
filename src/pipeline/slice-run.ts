/** What runs a pipeline on slices of time. */

/** Values of a stage in the last slice, `steps × channels`. */
export type SliceValues = Float64Array | Float32Array | Uint32Array;

/** Gives the values of the first steps of a slice. */
export type SliceReader = (steps: number) => SliceValues;

/** Reads `values`, of so many channels; of a single step, as in a stream of single steps, it makes no array. */
export function readerOf(values: SliceValues, channels: number): SliceReader {
  const once = values.subarray(0, channels);
  return (steps) => (steps === 1 ? once : values.subarray(0, steps * channels));
}

/** A pipeline that runs on slices. */
export interface SliceRun {
  /** Steps of a slice at most. */
  readonly steps: number;
  /** Gives it the rows from `from` up to `to` of `counts`, as the next slice; silence if undefined. */
  enter(counts: Uint32Array | undefined, from: number, to: number): void;
  /** Takes what leaves a stage from now on; what it returns gives that of the last slice, of so many steps. */
  listen(name: string): SliceReader;
  /** Reads a state of a stage after every step from now on, likewise, `steps × neurons`. */
  watch(name: string, signal: string): SliceReader;
  /** Runs the steps that it was given. */
  run(): void;
  /** Goes back to rest. */
  reset(): void;
}
