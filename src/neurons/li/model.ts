/** Leaky integrators (LI and CubaLI of NIR): what leaves is their potential. */
import { type EulerCoefficients, type EulerState, eulerModel } from '../forward-euler.ts';
import type { NeuronModel } from '../model.ts';
import type { LeakyParameters, LiParameters } from './parameters.ts';

/** States of leaky neurons that can be recorded. */
export function leakySignals({ tauSyn }: LeakyParameters): readonly string[] {
  return tauSyn === undefined ? ['potential'] : ['potential', 'current'];
}

/** Works out what a step of `dt` seconds needs for a membrane that leaks. */
export function leakyCoefficients(parameters: LeakyParameters, dt: number): EulerCoefficients {
  const { tauMem, tauSyn, leak, bias, resistance, inputWeight } = parameters;
  const rates = (tau: Float64Array): Float64Array => tau.map((seconds) => dt / seconds);
  return {
    neurons: tauMem.length,
    rate: rates(tauMem),
    pull: 1,
    ...{ leak, resistance, bias, inputWeight },
    ...(tauSyn === undefined ? {} : { synapseRate: rates(tauSyn) }),
  };
}

/** The model of leaky integrators. */
export const liModel: NeuronModel<LiParameters, EulerState> = eulerModel<LiParameters>({
  title: 'leaky integrator',
  spiking: false,
  signals: leakySignals,
  coefficients: leakyCoefficients,
});
