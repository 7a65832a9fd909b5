/** Constants of a step of DynapSim neurons. */
import {
  type MembraneCoefficients,
  membraneCoefficients,
  synapseCoefficients,
} from '../coefficients.ts';
import type { DynapSimParameters } from './parameters.ts';

/** What one step needs, worked out once per parameter set: one value per neuron. */
export interface DynapSimCoefficients extends MembraneCoefficients {
  /** exp(-dt/tau_syn). */
  readonly synDecay: Float64Array;
  /** 1 - exp(-tPulse/tau_syn). */
  readonly pulseFraction: Float64Array;
  /** Igain_syn/Itau_syn. */
  readonly synGain: Float64Array;
}

/** Works out the {@link DynapSimCoefficients} of `parameters` for steps of `dt` seconds. */
export function dynapSimCoefficients(p: DynapSimParameters, dt: number): DynapSimCoefficients {
  const synapse = synapseCoefficients(p, dt, { Itau: p.Itau_syn, Igain: p.Igain_syn, C: p.C_syn });
  return {
    ...membraneCoefficients(p, dt),
    synDecay: synapse.decay,
    pulseFraction: synapse.pulseFraction,
    synGain: synapse.gain,
  };
}
