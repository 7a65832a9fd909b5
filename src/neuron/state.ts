import type { DynapSimParameters } from './parameters.ts';

/**
 * State of a population of DynapSim neurons. Every array holds `batch × neurons` values; the lane
 * of neuron n in trial b is `b·neurons + n`.
 */
export interface DynapSimState {
  /** Synaptic current, amperes. */
  readonly isyn: Float64Array;
  /** Adaptation current, amperes. */
  readonly iahp: Float64Array;
  /** Membrane current after the reset, amperes. */
  readonly imem: Float64Array;
  /** Membrane potential before the reset, volts. */
  readonly vmem: Float64Array;
  /** Spikes of the last step (counts above 1 happen). */
  readonly spikes: Float64Array;
  /** What is left of the refractory period, seconds. */
  readonly timerRef: Float64Array;
}

/** Names of all that a state holds. */
const stateNames: readonly (keyof DynapSimState)[] = [
  'isyn',
  'iahp',
  'imem',
  'vmem',
  'spikes',
  'timerRef',
];

/** Makes the state of rest: all currents at Io, all else zero. */
export function restState(parameters: DynapSimParameters, batch = 1): DynapSimState {
  const lanes = batch * parameters.Io.length;
  const state: DynapSimState = {
    isyn: new Float64Array(lanes),
    iahp: new Float64Array(lanes),
    imem: new Float64Array(lanes),
    vmem: new Float64Array(lanes),
    spikes: new Float64Array(lanes),
    timerRef: new Float64Array(lanes),
  };
  rest(state, parameters.Io);
  return state;
}

/** Puts `state` back to rest. */
export function rest(state: DynapSimState, dark: Float64Array): void {
  const neurons = dark.length;
  for (let lane = 0; lane < state.imem.length; lane += neurons) {
    state.isyn.set(dark, lane);
    state.iahp.set(dark, lane);
    state.imem.set(dark, lane);
  }
  state.vmem.fill(0);
  state.spikes.fill(0);
  state.timerRef.fill(0);
}

/** Copies every value of `from`. */
export function copyState(from: DynapSimState, to: DynapSimState): void {
  for (const name of stateNames) to[name].set(from[name]);
}
