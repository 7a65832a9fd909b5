/** Integrate-and-fire neurons (IF of NIR): integrators that fire. */
import { around, type EulerNeuronModel, eulerModel } from '../forward-euler.ts';
import { integratorCoefficients } from '../integrator/model.ts';
import { firingExample } from '../lif/model.ts';
import type { IntegrateAndFireParameters } from './parameters.ts';

/** The model of integrate-and-fire neurons. */
export const integrateAndFireModel: EulerNeuronModel<IntegrateAndFireParameters> =
  eulerModel<IntegrateAndFireParameters>({
    title: 'integrate-and-fire',
    spiking: true,
    signals: () => ['potential'],
    example: (neurons, random) => ({
      parameters: {
        model: 'integrateAndFire',
        resistance: around(neurons, random, 100, 0.5),
        ...firingExample(neurons, random),
      },
      input: [{ mean: 1, deviation: 3 }],
      weight: { mean: 0.5, deviation: 2 },
    }),
    coefficients: (parameters, dt) => ({
      ...integratorCoefficients(parameters, dt),
      threshold: parameters.threshold,
      reset: parameters.reset,
    }),
  });
