/** State of DynapSim neurons. */
import { type MembraneState, rest } from '../state.ts';
import type { DynapSimParameters } from './parameters.ts';

/**
 * State of a population of DynapSim neurons. Every array holds `batch × neurons` values; the lane
 * of neuron n in trial b is `b·neurons + n`.
 */
export interface DynapSimState extends MembraneState {
  /** Synaptic current, amperes. */
  readonly isyn: Float64Array;
}

/** Makes the state of rest: all currents at Io, all else zero. */
export function restState(parameters: DynapSimParameters, batch = 1): DynapSimState {
  return dynapSimState(parameters.Io, batch * parameters.Io.length);
}

/** Makes the state of rest of `lanes` lanes from their dark currents. */
export function dynapSimState(darkCurrents: Float64Array, lanes: number): DynapSimState {
  const state: DynapSimState = {
    isyn: new Float64Array(lanes),
    iahp: new Float64Array(lanes),
    imem: new Float64Array(lanes),
    vmem: new Float64Array(lanes),
    spikes: new Float64Array(lanes),
    timerRef: new Float64Array(lanes),
  };
  rest(state, darkCurrents);
  return state;
}
