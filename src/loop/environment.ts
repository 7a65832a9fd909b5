/** The contract of what a closed loop acts on. */

/** What an environment says after a step. */
export interface EnvironmentStep<O> {
  /** What is seen of it now. */
  readonly observation: O;
  /** Whether it has come to its end: this step of the loop is the last. */
  readonly done?: boolean;
}

/**
 * A model that a loop acts on. The same seed and the same actions give the same observations. What it throws ends the loop.
 */
export interface Environment<O = Float64Array, A = Float64Array> {
  /** Begins anew and gives the first observation; all that is random in it follows from the seed. */
  reset(seed: number): O;
  /**
   * Lets time pass under an action, and gives what is seen after it: an array of its own each time, which is handed on.
   *
   * @param action what is done meanwhile
   * @param dt the time that passes, seconds: a step of the loop, or several if steps were missed
   */
  step(action: A, dt: number): EnvironmentStep<O>;
  /** Its state as plain data, for whoever records the loop; absent if it has none to show. */
  state?(): unknown;
  /** Frees everything; called once, after the last action. */
  close?(): void;
}
