import { type StateGradient, stepBackward, zeroGradient } from './adjoint.ts';
import { type DynapSimCoefficients, dynapSimCoefficients } from './coefficients.ts';
import type { DynapSimParameters } from './parameters.ts';
import { copyState, type DynapSimState, rest, restState } from './state.ts';
import { type StepTape, stepForward, stepTape } from './step.ts';

/** A population of DynapSim neurons that runs, with or without recurrence. */
export interface NeuronLayer {
  /**
   * Advances by one step and returns the spikes, `batch × neurons` values that the next step
   * overwrites. `input` is the weighted input in units of weight, without the recurrence.
   */
  step(input: Float64Array): Float64Array;
  /**
   * Advances by as many steps as `input` holds, `steps × batch × neurons` values, and writes the spikes to
   * `output`, which has room for as many.
   */
  run(input: Float64Array, output: Uint32Array): void;
  /** A copy of the state. */
  readState(): DynapSimState;
  /** Goes on from a state. */
  writeState(state: DynapSimState): void;
  /** Goes back to rest. */
  reset(): void;
}

/** A population whose state is at hand. */
export interface ReferenceLayer extends NeuronLayer {
  /** The live state; may be read at any time and written between steps. */
  readonly state: DynapSimState;
}

/** A population whose runs can be differentiated. */
export interface DifferentiableLayer {
  /** Weighted input of every step, `steps × batch × neurons`, to be written before `forward`. */
  readonly input: Float64Array;
  /** Spikes of every step, same shape. */
  readonly spikes: Float64Array;
  /** Gradient of the loss with respect to the spikes, same shape, to be written before `backward`. */
  readonly spikesGradient: Float64Array;
  /** Gradient with respect to the input, same shape. */
  readonly inputGradient: Float64Array;
  /** Uses other parameters (a mismatch draw) from the next run on. */
  setParameters(parameters: DynapSimParameters): void;
  /** Starts every run from `state` instead of rest. */
  setStart(state: DynapSimState): void;
  /** Runs all steps from the start. */
  forward(recurrent: Float64Array | undefined): void;
  /** Goes back through all steps; adds to `recurrentGradient`, `neurons × neurons`. */
  backward(recurrent: Float64Array | undefined, recurrentGradient: Float64Array | undefined): void;
}

/** Adds Wᵀ·spikes to `drive` for every trial; `weight` is `[pre][post]`. */
function addRecurrence(
  weight: Float64Array,
  spikes: Float64Array,
  drive: Float64Array,
  neurons: number,
): void {
  for (let lane = 0; lane < spikes.length; lane++) {
    const count = spikes[lane]!;
    if (count === 0) continue;
    const pre = lane % neurons;
    const base = lane - pre;
    for (let post = 0, w = pre * neurons; post < neurons; post++, w++) {
      drive[base + post] = drive[base + post]! + count * weight[w]!;
    }
  }
}

/**
 * Makes the float64 reference of a population.
 *
 * @param recurrent weights `[pre][post]`, `neurons × neurons`, acting one step later
 * @param dt step, seconds
 */
export function referenceLayer(
  parameters: DynapSimParameters,
  recurrent: Float64Array | undefined,
  dt: number,
  batch = 1,
): ReferenceLayer {
  const coefficients = dynapSimCoefficients(parameters, dt);
  const state = restState(parameters, batch);
  const drive = new Float64Array(state.imem.length);
  const advance = (): void => {
    if (recurrent !== undefined)
      addRecurrence(recurrent, state.spikes, drive, coefficients.neurons);
    stepForward(coefficients, state, drive);
  };
  return {
    state,
    step(input) {
      drive.set(input);
      advance();
      return state.spikes;
    },
    run(input, output) {
      for (let at = 0; at < input.length; at += drive.length) {
        for (let lane = 0; lane < drive.length; lane++) drive[lane] = input[at + lane]!;
        advance();
        output.set(state.spikes, at);
      }
    },
    readState: () => structuredClone(state),
    writeState: (from) => copyState(from, state),
    reset: () => rest(state, parameters.Io),
  };
}

/**
 * Makes the float64 reference of a differentiable population of `steps` steps and `batch` trials.
 *
 * @param parameters one value per neuron, or one per trial and neuron, `[trials][neurons]`
 */
export function referenceDifferentiableLayer(
  parameters: DynapSimParameters,
  dt: number,
  steps: number,
  batch: number,
  neurons: number = parameters.Io.length,
): DifferentiableLayer {
  const lanes = batch * neurons;
  let coefficients: DynapSimCoefficients = dynapSimCoefficients(parameters, dt);
  const state = restState(parameters, batch);
  let start: DynapSimState | undefined;
  const tape: StepTape = stepTape(steps, lanes);
  const gradient: StateGradient = zeroGradient(lanes);
  const drive = new Float64Array(lanes);
  const driveGradient = new Float64Array(lanes);
  const room = (): Float64Array => new Float64Array(steps * lanes);
  const [input, spikesGradient, inputGradient] = [room(), room(), room()];

  return {
    input,
    spikes: tape.spikes,
    spikesGradient,
    inputGradient,
    setParameters(next) {
      coefficients = dynapSimCoefficients(next, dt);
    },
    setStart(from) {
      start = structuredClone(from);
    },
    forward(recurrent) {
      if (start === undefined) rest(state, coefficients.dark);
      else copyState(start, state);
      for (let t = 0, offset = 0; t < steps; t++, offset += lanes) {
        for (let lane = 0; lane < lanes; lane++) drive[lane] = input[offset + lane]!;
        if (recurrent !== undefined) addRecurrence(recurrent, state.spikes, drive, neurons);
        stepForward(coefficients, state, drive, tape, offset);
      }
    },
    backward(recurrent, recurrentGradient) {
      for (const values of Object.values(gradient)) values.fill(0);
      for (let t = steps - 1; t >= 0; t--) {
        const offset = t * lanes;
        for (let lane = 0; lane < lanes; lane++) {
          gradient.spikes[lane] = gradient.spikes[lane]! + spikesGradient[offset + lane]!;
        }
        stepBackward(coefficients, tape, offset, gradient, driveGradient);
        for (let lane = 0; lane < lanes; lane++)
          inputGradient[offset + lane] = driveGradient[lane]!;
        if (recurrent === undefined) continue;
        // What acted in the first step was there at the start.
        const before = t === 0 ? start?.spikes : tape.spikes;
        if (before === undefined) continue;
        takeRecurrenceBack(
          recurrent,
          recurrentGradient,
          before,
          t === 0 ? 0 : offset - lanes,
          driveGradient,
          gradient.spikes,
          neurons,
        );
      }
    },
  };
}

/** Adjoint of {@link addRecurrence}: to the spikes of the step before, and to the weights. */
function takeRecurrenceBack(
  weight: Float64Array,
  weightGradient: Float64Array | undefined,
  spikes: Float64Array,
  offset: number,
  driveGradient: Float64Array,
  spikesGradient: Float64Array,
  neurons: number,
): void {
  for (let lane = 0; lane < driveGradient.length; lane++) {
    const pre = lane % neurons;
    const base = lane - pre;
    const count = spikes[offset + lane]!;
    let sum = 0;
    for (let post = 0, w = pre * neurons; post < neurons; post++, w++) {
      sum += weight[w]! * driveGradient[base + post]!;
    }
    spikesGradient[lane] = spikesGradient[lane]! + sum;
    if (weightGradient === undefined || count === 0) continue;
    for (let post = 0, w = pre * neurons; post < neurons; post++, w++) {
      weightGradient[w] = weightGradient[w]! + count * driveGradient[base + post]!;
    }
  }
}
