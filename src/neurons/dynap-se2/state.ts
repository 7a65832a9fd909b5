/** State of DYNAP-SE2 neurons. */
import { type MembraneState, rest } from '../state.ts';

/**
 * State of a population of DYNAP-SE2 neurons. Every array holds `batch × neurons` values; the lane
 * of neuron n in trial b is `b·neurons + n`.
 */
export interface DynapSe2State extends MembraneState {
  /** AMPA current, amperes. */
  readonly iampa: Float64Array;
  /** GABA current, amperes. */
  readonly igaba: Float64Array;
  /** NMDA current before the membrane gates it, amperes. */
  readonly inmda: Float64Array;
  /** SHUNT current, amperes. */
  readonly ishunt: Float64Array;
}

/** Makes the state of rest of `lanes` lanes from their dark currents: all currents at Io, all else zero. */
export function dynapSe2State(darkCurrents: Float64Array, lanes: number): DynapSe2State {
  const state: DynapSe2State = {
    iampa: new Float64Array(lanes),
    igaba: new Float64Array(lanes),
    inmda: new Float64Array(lanes),
    ishunt: new Float64Array(lanes),
    iahp: new Float64Array(lanes),
    imem: new Float64Array(lanes),
    vmem: new Float64Array(lanes),
    spikes: new Float64Array(lanes),
    timerRef: new Float64Array(lanes),
  };
  rest(state, darkCurrents);
  return state;
}
