import type { DynapSimParameters } from './dynap-sim/parameters.ts';
import { copyState, type DynapSimState, type MembraneState } from './state.ts';

/** A population of neurons that runs, with or without recurrence; of the lumped model unless told otherwise. */
export interface NeuronLayer<State = DynapSimState> {
  /**
   * Advances by one step and returns the spikes, `batch × neurons` values that the next step
   * overwrites. `input` is the weighted input in units of weight, without the recurrence, `batch × channels`
   * values: one channel per neuron in the lumped model, one per neuron and dendrite in the full circuit.
   */
  step(input: Float64Array): Float64Array;
  /**
   * Advances by as many steps as `input` holds, `steps × batch × channels` values, and writes the spikes to
   * `output`, which has room for `steps × batch × neurons`.
   */
  run(input: Float64Array, output: Uint32Array): void;
  /** A copy of the state. */
  readState(): State;
  /** Goes on from a state. */
  writeState(state: State): void;
  /** Goes back to rest. */
  reset(): void;
}

/** A population whose runs can be differentiated. */
export interface DifferentiableLayer<Parameters = DynapSimParameters, State = DynapSimState> {
  /** Weighted input of every step, `steps × batch × channels`, to be written before `forward`. */
  readonly input: Float64Array;
  /** Spikes of every step, `steps × batch × neurons`. */
  readonly spikes: Float64Array;
  /** Gradient of the loss with respect to the spikes, same shape, to be written before `backward`. */
  readonly spikesGradient: Float64Array;
  /** Gradient with respect to the input, shaped like it. */
  readonly inputGradient: Float64Array;
  /** Uses other parameters (a mismatch draw) from the next run on. */
  setParameters(parameters: Parameters): void;
  /** Starts every run from `state` instead of rest. */
  setStart(state: State): void;
  /** Runs all steps from the start. */
  forward(recurrent: Float64Array | undefined): void;
  /** Goes back through all steps; adds to `recurrentGradient`, `neurons × channels`. */
  backward(recurrent: Float64Array | undefined, recurrentGradient: Float64Array | undefined): void;
}

/** Adds Wᵀ·spikes to `drive` for every trial; `weight` is `[pre][channel]`. */
function addRecurrence(
  weight: Float64Array,
  spikes: Float64Array,
  drive: Float64Array,
  neurons: number,
  channels: number,
): void {
  for (let lane = 0, pre = 0, base = 0; lane < spikes.length; lane++, pre++) {
    if (pre === neurons) {
      pre = 0;
      base += channels;
    }
    const count = spikes[lane]!;
    if (count === 0) continue;
    for (let to = base, w = pre * channels; to < base + channels; to++, w++) {
      drive[to] = drive[to]! + count * weight[w]!;
    }
  }
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
  channels: number,
): void {
  for (let lane = 0, pre = 0, base = 0; lane < spikesGradient.length; lane++, pre++) {
    if (pre === neurons) {
      pre = 0;
      base += channels;
    }
    let sum = 0;
    for (let to = base, w = pre * channels; to < base + channels; to++, w++) {
      sum += weight[w]! * driveGradient[to]!;
    }
    spikesGradient[lane] = spikesGradient[lane]! + sum;
    const count = spikes[offset + lane]!;
    if (weightGradient === undefined || count === 0) continue;
    for (let to = base, w = pre * channels; to < base + channels; to++, w++) {
      weightGradient[w] = weightGradient[w]! + count * driveGradient[to]!;
    }
  }
}

/** A population at rest, and how its model advances it. */
export interface PopulationModel<State extends MembraneState> {
  /** Neurons. */
  readonly neurons: number;
  /** Input channels of one trial. */
  readonly channels: number;
  /** The live state. */
  readonly state: State;
  /** Advances the state by one step on `drive`, all input channels of all trials. */
  step(drive: Float64Array): void;
  /** Puts the state back to rest. */
  rest(): void;
}

/** A population whose state is at hand. */
export interface StatefulLayer<State> extends NeuronLayer<State> {
  /** The live state; may be read at any time and written between steps. */
  readonly state: State;
}

/** Runs a population with its recurrent weights, `[pre][channel]`, acting one step later. */
export function runningPopulation<State extends MembraneState>(
  model: PopulationModel<State>,
  recurrent: Float64Array | undefined,
): StatefulLayer<State> {
  const { neurons, channels, state } = model;
  const drive = new Float64Array((state.imem.length / neurons) * channels);
  const advance = (): void => {
    if (recurrent !== undefined) addRecurrence(recurrent, state.spikes, drive, neurons, channels);
    model.step(drive);
  };
  return {
    state,
    step(input) {
      drive.set(input);
      advance();
      return state.spikes;
    },
    run(input, output) {
      for (let at = 0, to = 0; at < input.length; at += drive.length, to += state.spikes.length) {
        for (let i = 0; i < drive.length; i++) drive[i] = input[at + i]!;
        advance();
        output.set(state.spikes, to);
      }
    },
    readState: () => structuredClone(state),
    writeState: (from) => copyState(from, state),
    reset: () => model.rest(),
  };
}

/** A population that records its steps, and how its model goes back through them. */
export interface TapedModel<Parameters, State extends MembraneState> {
  /** Neurons. */
  readonly neurons: number;
  /** Input channels of one trial. */
  readonly channels: number;
  /** The live state. */
  readonly state: State;
  /** Spikes of all recorded steps. */
  readonly spikes: Float64Array;
  /** The live gradient with respect to the state; all its arrays are zeroed before going back. */
  readonly gradient: { readonly spikes: Float64Array };
  /** Uses other parameters. */
  setParameters(parameters: Parameters): void;
  /** Puts the state back to rest. */
  rest(): void;
  /** Advances the state by one step and records it at `offset`. */
  forward(drive: Float64Array, offset: number): void;
  /** Takes the gradient back through the step recorded at `offset`. */
  backward(offset: number, driveGradient: Float64Array): void;
}

/** Runs a population over `steps` steps and back. */
export function differentiablePopulation<Parameters, State extends MembraneState>(
  model: TapedModel<Parameters, State>,
  steps: number,
): DifferentiableLayer<Parameters, State> {
  const { neurons, channels, state, spikes, gradient } = model;
  const lanes = state.imem.length;
  const width = (lanes / neurons) * channels;
  const drive = new Float64Array(width);
  const driveGradient = new Float64Array(width);
  const input = new Float64Array(steps * width);
  const inputGradient = new Float64Array(steps * width);
  const spikesGradient = new Float64Array(steps * lanes);
  let start: State | undefined;
  return {
    input,
    spikes,
    spikesGradient,
    inputGradient,
    setParameters: (next) => model.setParameters(next),
    setStart(from) {
      start = structuredClone(from);
    },
    forward(recurrent) {
      if (start === undefined) model.rest();
      else copyState(start, state);
      for (let t = 0; t < steps; t++) {
        for (let i = 0, at = t * width; i < width; i++, at++) drive[i] = input[at]!;
        if (recurrent !== undefined) {
          addRecurrence(recurrent, state.spikes, drive, neurons, channels);
        }
        model.forward(drive, t * lanes);
      }
    },
    backward(recurrent, recurrentGradient) {
      for (const values of Object.values<Float64Array>({ ...gradient })) values.fill(0);
      for (let t = steps - 1; t >= 0; t--) {
        const offset = t * lanes;
        for (let lane = 0; lane < lanes; lane++) {
          gradient.spikes[lane] = gradient.spikes[lane]! + spikesGradient[offset + lane]!;
        }
        model.backward(offset, driveGradient);
        for (let i = 0, at = t * width; i < width; i++, at++) inputGradient[at] = driveGradient[i]!;
        // What acted in the first step was there at the start.
        const before = t === 0 ? start?.spikes : spikes;
        if (recurrent === undefined || before === undefined) continue;
        takeRecurrenceBack(
          recurrent,
          recurrentGradient,
          before,
          t === 0 ? 0 : offset - lanes,
          driveGradient,
          gradient.spikes,
          neurons,
          channels,
        );
      }
    },
  };
}
