/** What a target on another machine says of itself, and of the runs on it. */

/** Version of what is spoken. */
export const remoteVersion = 1;

/** What is served. */
export interface ServedTarget {
  /** Version of what is spoken. */
  readonly version: number;
  /** Name of the target: `simulator`, `chip`. */
  readonly target: string;
  /** Whether it sees the states of neurons. */
  readonly states: boolean;
  /** What a run may take at most. */
  readonly budget: Budget;
  /** Runs that go on now. */
  readonly runs: number;
}

/** What runs from the net may take. */
export interface Budget {
  /** Neurons of a pipeline. */
  readonly neurons: number;
  /** Weights of a pipeline. */
  readonly synapses: number;
  /** Bytes of a saved pipeline. */
  readonly bytes: number;
  /** Runs at once. */
  readonly runs: number;
}

/** What became of a run. */
export interface ServedRunReport {
  readonly neurons: number;
  readonly synapses: number;
  /** Outputs that were given. */
  readonly outputs: number;
  /** How it ended: completed, stopped by its user, left by them without a word, or failed. */
  readonly ended: 'completed' | 'stopped' | 'left' | 'failed';
  /** What it failed with. */
  readonly error?: string;
}
