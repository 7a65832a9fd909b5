/** Leaky integrators (LI and CubaLI of NIR): what leaves is their potential. */
import type { Random } from '../../random.ts';
import {
  around,
  type EulerCoefficients,
  type EulerNeuronModel,
  eulerModel,
} from '../forward-euler.ts';
import type { ModelExample } from '../model.ts';
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

/** Draws leaky membranes of whom every other population has synapses. */
export function leakyExample(neurons: number, random: Random): LeakyParameters {
  const synapses = random.uniform() < 0.5;
  return {
    tauMem: around(neurons, random, 20e-3, 0.5),
    ...(synapses ? { tauSyn: around(neurons, random, 5e-3, 0.5) } : {}),
    bias: around(neurons, random, 0.1, 1),
    resistance: around(neurons, random, 1, 0.3),
    leak: around(neurons, random, 0.1, 1),
    inputWeight: around(neurons, random, 1, 0.3),
  };
}

/** What drives leaky neurons whose threshold is near 1. */
export const leakyDrive: Pick<ModelExample<unknown>, 'input' | 'weight'> = {
  input: [{ mean: 2, deviation: 6 }],
  weight: { mean: 0.5, deviation: 4 },
};

/** The model of leaky integrators. */
export const liModel: EulerNeuronModel<LiParameters> = eulerModel<LiParameters>({
  title: 'leaky integrator',
  spiking: false,
  signals: leakySignals,
  example: (neurons, random) => ({
    parameters: { model: 'li', ...leakyExample(neurons, random) },
    ...leakyDrive,
    // Potentials come back as they are: more would run away.
    weight: { mean: 0.1, deviation: 0.5 },
  }),
  coefficients: leakyCoefficients,
});
