/** The contract of what a closed loop acts on. */

/** What an environment gives after a step. */
export interface EnvironmentStep<O> {
  /** The new observation. */
  readonly observation: O;
  /** Whether it has come to its end: this step of the loop is the last. */
  readonly done?: boolean;
}

/**
 * A model that a loop acts on. The same seed and the same actions give the same observations. What it throws ends the loop.
 */
export interface Environment<O = Float64Array, A = Float64Array> {
  /** Begins anew and gives the first observation. Everything random follows from the seed. */
  reset(seed: number): O;
  /**
   * Lets time pass under an action, and gives the observation after it: a new array each time, since it is handed on.
   *
   * @param action the action that lasts meanwhile
   * @param dt the time that passes, seconds: a step of the loop, or several if steps were missed
   */
  step(action: A, dt: number): EnvironmentStep<O>;
  /** Its state as plain data, to be recorded; absent if it has none to show. */
  state?(): unknown;
  /** Frees everything; called once, after the last action. */
  close?(): void;
}
