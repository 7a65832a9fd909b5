/** Leaky integrate-and-fire neurons (LIF and CubaLIF of NIR). */
import { type EulerState, eulerModel } from '../forward-euler.ts';
import { leakyCoefficients, leakySignals } from '../li/model.ts';
import type { NeuronModel } from '../model.ts';
import type { LifParameters } from './parameters.ts';

/** The model of leaky integrate-and-fire neurons. */
export const lifModel: NeuronModel<LifParameters, EulerState> = eulerModel<LifParameters>({
  title: 'LIF',
  spiking: true,
  signals: leakySignals,
  coefficients: (parameters, dt) => ({
    ...leakyCoefficients(parameters, dt),
    threshold: parameters.threshold,
    reset: parameters.reset,
  }),
});
