/** Parameters of integrate-and-fire neurons. */
import type { FiringParameters } from '../lif/parameters.ts';

/** Parameters of a population of integrate-and-fire neurons, one value per neuron. */
export interface IntegrateAndFireParameters extends FiringParameters {
  /** Model of the neurons. */
  readonly model: 'integrateAndFire';
  /** What v gains per second and unit of input. */
  readonly resistance: Float64Array;
}
