/** Integrators (I of NIR): membranes that nothing leaks from; what leaves is their potential. */
import {
  around,
  type EulerCoefficients,
  type EulerNeuronModel,
  eulerModel,
  uniform,
} from '../forward-euler.ts';
import type { IntegratorParameters } from './parameters.ts';

/** Works out what a step of `dt` seconds needs for a membrane that only integrates. */
export function integratorCoefficients(
  { resistance }: Pick<IntegratorParameters, 'resistance'>,
  dt: number,
): EulerCoefficients {
  const neurons = resistance.length;
  return {
    ...{ neurons, resistance },
    rate: uniform(neurons, dt),
    pull: 0,
    leak: uniform(neurons, 0),
    bias: uniform(neurons, 0),
    inputWeight: uniform(neurons, 1),
  };
}

/** The model of integrators. */
export const integratorModel: EulerNeuronModel<IntegratorParameters> =
  eulerModel<IntegratorParameters>({
    title: 'integrator',
    spiking: false,
    signals: () => ['potential'],
    example: (neurons, random) => ({
      parameters: { model: 'integrator', resistance: around(neurons, random, 100, 0.5) },
      input: [{ mean: 0, deviation: 2 }],
      weight: { mean: 0, deviation: 0.3 },
    }),
    coefficients: integratorCoefficients,
  });
