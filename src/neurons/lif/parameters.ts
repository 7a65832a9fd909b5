/** Parameters of leaky integrate-and-fire neurons. */
import type { LeakyParameters } from '../li/parameters.ts';

/** How neurons fire, one value per neuron. */
export interface FiringParameters {
  /** Potential above which a neuron fires. */
  readonly threshold: Float64Array;
  /** Potential after a spike. */
  readonly reset: Float64Array;
}

/** Parameters of a population of leaky integrate-and-fire neurons. */
export interface LifParameters extends LeakyParameters, FiringParameters {
  /** Model of the neurons. */
  readonly model: 'lif';
}
