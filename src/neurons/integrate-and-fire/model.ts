/** Integrate-and-fire neurons (IF of NIR): integrators that fire. */
import { type EulerState, eulerModel } from '../forward-euler.ts';
import { integratorCoefficients } from '../integrator/model.ts';
import type { NeuronModel } from '../model.ts';
import type { IntegrateAndFireParameters } from './parameters.ts';

/** The model of integrate-and-fire neurons. */
export const integrateAndFireModel: NeuronModel<IntegrateAndFireParameters, EulerState> =
  eulerModel<IntegrateAndFireParameters>({
    title: 'integrate-and-fire',
    spiking: true,
    signals: () => ['potential'],
    coefficients: (parameters, dt) => ({
      ...integratorCoefficients(parameters, dt),
      threshold: parameters.threshold,
      reset: parameters.reset,
    }),
  });
