/** Leaky integrate-and-fire neurons (LIF and CubaLIF of NIR). */
import type { Random } from '../../random.ts';
import { around, type EulerNeuronModel, eulerModel } from '../forward-euler.ts';
import { leakyCoefficients, leakyDrive, leakyExample, leakySignals } from '../li/model.ts';
import type { FiringParameters, LifParameters } from './parameters.ts';

/** Draws how neurons fire. */
export function firingExample(neurons: number, random: Random): FiringParameters {
  return {
    threshold: around(neurons, random, 1, 0.3),
    reset: around(neurons, random, 0.1, 1),
  };
}

/** The model of leaky integrate-and-fire neurons. */
export const lifModel: EulerNeuronModel<LifParameters> = eulerModel<LifParameters>({
  title: 'LIF',
  spiking: true,
  signals: leakySignals,
  example: (neurons, random) => ({
    parameters: {
      model: 'lif',
      ...leakyExample(neurons, random),
      ...firingExample(neurons, random),
    },
    ...leakyDrive,
  }),
  coefficients: (parameters, dt) => ({
    ...leakyCoefficients(parameters, dt),
    threshold: parameters.threshold,
    reset: parameters.reset,
  }),
});
