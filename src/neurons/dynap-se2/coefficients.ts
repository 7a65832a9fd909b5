/** Constants of a step of DYNAP-SE2 neurons. */
import {
  type MembraneCoefficients,
  membraneCoefficients,
  type SynapseCoefficients,
  synapseCoefficients,
} from '../coefficients.ts';
import type { DendriteName, DynapSe2Parameters } from './parameters.ts';

/** What one step needs, worked out once per parameter set: one value per neuron. */
export interface DynapSe2Coefficients
  extends MembraneCoefficients,
    Readonly<Record<DendriteName, SynapseCoefficients>> {
  /** Neurons of the population. Where each trial has its own parameters, `neurons` counts them once per trial. */
  readonly population: number;
  /** If_nmda, amperes: the membrane current at which half of the NMDA current flows. */
  readonly nmdaGate: Float64Array;
}

/** Works out the {@link DynapSe2Coefficients} of `parameters` for steps of `dt` seconds. */
export function dynapSe2Coefficients(
  p: DynapSe2Parameters,
  dt: number,
  population: number = p.Io.length,
): DynapSe2Coefficients {
  const synapse = (name: DendriteName): SynapseCoefficients =>
    synapseCoefficients(p, dt, {
      Itau: p[`Itau_${name}`],
      Igain: p[`Igain_${name}`],
      C: p[`C_${name}`],
    });
  return {
    ...membraneCoefficients(p, dt),
    population,
    ampa: synapse('ampa'),
    gaba: synapse('gaba'),
    nmda: synapse('nmda'),
    shunt: synapse('shunt'),
    nmdaGate: p.If_nmda,
  };
}
