/** What there is to know of a model of neurons that the kernel computes. */
import { floatsOf, type LaneMap } from './lanes.ts';

/** How neurons of a model stand in memory. */
export interface ModelLayout {
  /** By which the kernel tells it apart: one of those in `layout.ts`. */
  readonly model: number;
  /** Input channels of a neuron. */
  readonly channels: number;
  /** Whether it gives spike counts; its potential where it does not. */
  readonly spiking: boolean;
  /** Bytes of a vector of four lanes: its coefficients, its state, one step of its tape, its gradient. */
  readonly coefficientBytes: number;
  readonly stateBytes: number;
  readonly tapeBytes: number;
  readonly gradientBytes: number;
  /** Bytes that a step leaves of a vector that is alone in its row, where these are computed in a way of their own. */
  readonly singleBytes?: number;
  /** Bytes of numbers that the coefficients of a lane point to. */
  readonly tableBytes: number;
  /** Numbers of the state that are 1 at rest; all others are 0. */
  readonly ones: readonly number[];
  /** Numbers of the state that never come back once they are infinite or none. */
  readonly lasting: readonly number[];
}

/** Reads one number of the lane that begins at float `at`, of neuron `n`, where vectors have `width` lanes. */
export type SignalReader = (floats: Float32Array, at: number, n: number, width: number) => number;

/** A parameter set as the kernel is to know it, and the state that belongs to it. */
export interface KernelNeurons<State = unknown> {
  readonly layout: ModelLayout;
  /** Neurons, or, where parameters have values for every trial, as many in each. */
  readonly neurons: number;
  /** The most spikes in a step that the kernel can still tell apart from more. */
  readonly mostSpikes: number;
  /** States that can be read, by the names of the reference. */
  readonly signals: Readonly<Record<string, SignalReader>>;
  /** Writes the coefficients of `lanes` from float `base` on. */
  write(out: Float32Array, base: number, lanes: LaneMap): void;
  /** Writes what `state` has from place `first` on for the neurons of `lanes`, from float `base` on. */
  writeState(out: Float32Array, base: number, lanes: LaneMap, first: number, state: State): void;
  /** Reads what stands from float `base` on into `state`. */
  readState(floats: Float32Array, base: number, lanes: LaneMap, first: number, state: State): void;
}

/** A model of neurons, as it is known outside. */
export interface KernelModel<Parameters, State> {
  layout(parameters: Parameters): ModelLayout;
  neurons(parameters: Parameters, dt: number): KernelNeurons<State>;
  /** The state of rest of `batch` trials, as it is known outside. */
  rest(parameters: Parameters, batch: number): State;
}

/** Bytes of the coefficients of `vectors` vectors, and of what their lanes point to. */
export function coefficientRoom(
  vectors: number,
  { coefficientBytes, tableBytes }: ModelLayout,
  width: number,
): number {
  return vectors * (4 * floatsOf(coefficientBytes, width) + width * tableBytes);
}

/** State of rest for `vectors` vectors. */
export function restBlock(
  vectors: number,
  { ones, stateBytes }: ModelLayout,
  width: number,
): Float32Array {
  const floats = floatsOf(stateBytes, width);
  const state = new Float32Array(vectors * floats);
  for (let v = 0; v < vectors; v++) {
    for (const place of ones) {
      const at = v * floats + floatsOf(place, width);
      state.fill(1, at, at + width);
    }
  }
  return state;
}
