/** Parameters of leaky integrators. */

/** Leaky membranes, one value per neuron. */
export interface LeakyParameters {
  /** Time constant of the membrane, seconds. */
  readonly tauMem: Float64Array;
  /** Time constant of the synapse, seconds; absent if input is the current. */
  readonly tauSyn?: Float64Array;
  /** Current that always flows. */
  readonly bias: Float64Array;
  /** Membrane potential per unit of current. */
  readonly resistance: Float64Array;
  /** Potential that the membrane leaks to. */
  readonly leak: Float64Array;
  /** Factor on all that enters. */
  readonly inputWeight: Float64Array;
}

/** Parameters of a population of leaky integrators. */
export interface LiParameters extends LeakyParameters {
  /** Model of the neurons. */
  readonly model: 'li';
}
