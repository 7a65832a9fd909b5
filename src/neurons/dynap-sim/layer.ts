import { dynapSimCoefficients } from '../coefficients.ts';
import {
  type DifferentiableLayer,
  differentiablePopulation,
  runningPopulation,
  type StatefulLayer,
} from '../population.ts';
import { type DynapSimState, dynapSimState, rest } from '../state.ts';
import { stepBackward, zeroGradient } from './adjoint.ts';
import type { DynapSimParameters } from './parameters.ts';
import { stepForward, stepTape } from './step.ts';

export type { DifferentiableLayer, NeuronLayer } from '../population.ts';

/** A population of lumped DynapSim neurons whose state is at hand. */
export type ReferenceLayer = StatefulLayer<DynapSimState>;

/**
 * Makes the float64 reference of a population.
 *
 * @param recurrent weights `[pre][post]`, `neurons × neurons`, acting one step later
 * @param dt step, seconds
 */
export function referenceLayer(
  parameters: DynapSimParameters,
  recurrent: Float64Array | undefined,
  dt: number,
  batch = 1,
): ReferenceLayer {
  const { Io } = parameters;
  const coefficients = dynapSimCoefficients(parameters, dt);
  const state = dynapSimState(Io, batch * Io.length);
  return runningPopulation(
    {
      neurons: Io.length,
      channels: Io.length,
      state,
      step: (drive) => stepForward(coefficients, state, drive),
      rest: () => rest(state, Io),
    },
    recurrent,
  );
}

/**
 * Makes the float64 reference of a differentiable population of `steps` steps and `batch` trials.
 *
 * @param parameters one value per neuron, or one per trial and neuron, `[trials][neurons]`
 */
export function referenceDifferentiableLayer(
  parameters: DynapSimParameters,
  dt: number,
  steps: number,
  batch: number,
  neurons: number = parameters.Io.length,
): DifferentiableLayer {
  const lanes = batch * neurons;
  let coefficients = dynapSimCoefficients(parameters, dt);
  const state = dynapSimState(parameters.Io, lanes);
  const tape = stepTape(steps, lanes);
  const gradient = zeroGradient(lanes);
  return differentiablePopulation(
    {
      neurons,
      channels: neurons,
      state,
      spikes: tape.spikes,
      gradient,
      setParameters(next: DynapSimParameters) {
        coefficients = dynapSimCoefficients(next, dt);
      },
      rest: () => rest(state, coefficients.dark),
      forward: (drive, offset) => stepForward(coefficients, state, drive, tape, offset),
      backward: (offset, driveGradient) =>
        stepBackward(coefficients, tape, offset, gradient, driveGradient),
    },
    steps,
  );
}
