/** What an engine makes: populations that run, and populations that can be differentiated. */

/** What a population that runs is made for. */
export interface LayerOptions {
  /** Step, seconds. */
  readonly dt: number;
  /** Recurrent weights `[pre][channel]`, acting one step later; none if left out. */
  readonly recurrent?: Float64Array | undefined;
  /** Trials that run side by side; one if left out. */
  readonly batch?: number;
}

/** What a differentiable population is made for. */
export interface DifferentiableOptions {
  /** Step, seconds. */
  readonly dt: number;
  /** Steps of a run. */
  readonly steps: number;
  /** Trials that run side by side. */
  readonly batch: number;
  /**
   * Number of neurons, where parameters hold one value per trial and neuron, `[trials][neurons]`; as many as there
   * are values if left out.
   */
  readonly neurons?: number;
  /** Where it reads its weighted input, `steps × batch × channels`; an array of its own if left out. */
  readonly input?: Float64Array;
  /** Where it writes the gradient with respect to the input; an array of its own if left out. */
  readonly inputGradient?: Float64Array;
}

/** A population of neurons that runs, with or without recurrence. */
export interface NeuronLayer<State> {
  /**
   * Advances by one step and returns what leaves: `batch × neurons` spike counts, or values of neurons that
   * never spike, which the next step overwrites. `input` is the weighted input in units of weight, without the recurrence,
   * `batch × channels` values: one channel per neuron, or several, as the model has it.
   */
  step(input: Float64Array): Float64Array;
  /**
   * Advances by as many steps as `input` holds, `steps × batch × channels` values, and writes what leaves to
   * `output`, which has room for `steps × batch × neurons`. Values that are no counts need floats.
   */
  run(input: Float64Array, output: Float64Array | Uint32Array): void;
  /** States that can be read by name, such as `imem`; values are in the unit of the state. */
  readonly signals: readonly string[];
  /**
   * Copies a state as it is after the last step, `batch × neurons` values, to `into` from `at` on.
   *
   * @throws InvalidArgumentError if there is no such signal
   */
  readSignal(name: string, into: Float64Array, at?: number): void;
  /** A copy of the state. */
  readState(): State;
  /** Goes on from a state. */
  writeState(state: State): void;
  /** Goes back to rest. */
  reset(): void;
}

/** A population whose runs can be differentiated. */
export interface DifferentiableLayer<Parameters, State> {
  /** Weighted input of every step, `steps × batch × channels`, to be written before `forward`. */
  readonly input: Float64Array;
  /** What leaves in every step, `steps × batch × neurons`: spike counts, or values of neurons that never spike. */
  readonly output: Float64Array;
  /** Gradient of the loss with respect to the output, same shape, to be written before `backward`. */
  readonly outputGradient: Float64Array;
  /** Gradient with respect to the input, shaped like it. */
  readonly inputGradient: Float64Array;
  /** Uses other parameters (a mismatch draw) from the next run on. */
  setParameters(parameters: Parameters): void;
  /** Starts every run from `state` instead of rest. */
  setStart(state: State): void;
  /**
   * Runs the steps from `from` up to, not including, `to`; all of them if left out. A run from step 0
   * starts at rest, or from what `setStart` was given; any other goes on where the one before has ended, at `from`.
   *
   * @throws InvalidArgumentError if only part of the steps is asked for and the engine has no `ranges`
   */
  forward(recurrent: Float64Array | undefined, from?: number, to?: number): void;
  /**
   * Goes back from step `to` to step `from`, all of them if left out; adds to `recurrentGradient`, `neurons × channels`.
   * One from the last step starts anew; any other goes on from the one before, which has come down to `to`.
   *
   * @throws InvalidArgumentError if only part of the steps is asked for and the engine has no `ranges`
   */
  backward(
    recurrent: Float64Array | undefined,
    recurrentGradient: Float64Array | undefined,
    from?: number,
    to?: number,
  ): void;
}
