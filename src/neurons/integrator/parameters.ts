/** Parameters of integrators. */

/** Parameters of a population of integrators, one value per neuron. */
export interface IntegratorParameters {
  /** Model of the neurons. */
  readonly model: 'integrator';
  /** What v gains per second and unit of input. */
  readonly resistance: Float64Array;
}
