/** A stage that runs, reduced to what a slice of time needs. */
export interface StageRun {
  /** Values that leave it, `steps × channels`; the next slice overwrites them. */
  readonly output: Float64Array;
  /** Takes a slice of `steps` steps. */
  run(input: Float64Array, steps: number): void;
  /** Goes back to rest. */
  reset(): void;
}
