import type { DynapSimParameters } from './dynap-sim/parameters.ts';

/** State of adaptation, membrane and spike, whatever the synapses; one value per lane. */
export interface MembraneState {
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
export function dynapSimState(dark: Float64Array, lanes: number): DynapSimState {
  const state: DynapSimState = {
    isyn: new Float64Array(lanes),
    iahp: new Float64Array(lanes),
    imem: new Float64Array(lanes),
    vmem: new Float64Array(lanes),
    spikes: new Float64Array(lanes),
    timerRef: new Float64Array(lanes),
  };
  rest(state, dark);
  return state;
}

/** Puts `state` back to rest: every current at the Io of its neuron, all else at zero. */
export function rest(state: MembraneState, dark: Float64Array): void {
  for (const [name, values] of Object.entries<Float64Array>({ ...state })) {
    values.fill(0);
    // Currents are named i…
    if (!name.startsWith('i')) continue;
    for (let lane = 0; lane < values.length; lane += dark.length) values.set(dark, lane);
  }
}

/** Copies every value of `from`. */
export function copyState<S extends MembraneState>(from: S, to: S): void {
  for (const name of Object.keys(to) as (keyof MembraneState)[]) to[name].set(from[name]);
}
