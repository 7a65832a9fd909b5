import {
  type DifferentiableLayer,
  differentiablePopulation,
  runningPopulation,
  type StatefulLayer,
} from '../population.ts';
import { rest } from '../state.ts';
import { dynapSe2Backward, zeroDynapSe2Gradient } from './adjoint.ts';
import { dynapSe2Coefficients } from './coefficients.ts';
import { type DynapSe2Parameters, dendriteNames } from './parameters.ts';
import { type DynapSe2State, dynapSe2State } from './state.ts';
import { dynapSe2Forward, dynapSe2Tape } from './step.ts';

/** A population of DYNAP-SE2 neurons whose state is at hand. */
export type ReferenceDendriticLayer = StatefulLayer<DynapSe2State>;

/** A population of DYNAP-SE2 neurons whose runs can be differentiated. */
export type DendriticDifferentiableLayer = DifferentiableLayer<DynapSe2Parameters, DynapSe2State>;

/**
 * Makes the float64 reference of a population of DYNAP-SE2 neurons. It takes `4 × neurons` input channels:
 * channel `dendrite·neurons + neuron`, the dendrites in the order AMPA, GABA, NMDA, SHUNT.
 *
 * @param recurrent weights `[pre][channel]`, `neurons × 4·neurons`, acting one step later
 * @param dt step, seconds
 * @example
 * ```ts
 * const layer = referenceDendriticLayer(dynapSe2Parameters({}, 1), undefined, 1e-3);
 * layer.step(Float64Array.of(3, 0, 0, 0)); // three units of weight on AMPA
 * ```
 */
export function referenceDendriticLayer(
  parameters: DynapSe2Parameters,
  recurrent: Float64Array | undefined,
  dt: number,
  batch = 1,
): ReferenceDendriticLayer {
  const { Io } = parameters;
  const lanes = batch * Io.length;
  const coefficients = dynapSe2Coefficients(parameters, dt);
  const state = dynapSe2State(Io, lanes);
  const into = new Float64Array(lanes);
  return runningPopulation(
    {
      neurons: Io.length,
      channels: dendriteNames.length * Io.length,
      state,
      step: (drive) => dynapSe2Forward(coefficients, state, drive, into),
      rest: () => rest(state, Io),
    },
    recurrent,
  );
}

/**
 * Makes the float64 reference of a differentiable population of DYNAP-SE2 neurons, `steps` steps and
 * `batch` trials. Channels as in {@link referenceDendriticLayer}.
 *
 * @param parameters one value per neuron, or one per trial and neuron, `[trials][neurons]`
 * @example
 * ```ts
 * const parameters = dynapSe2Parameters({ Ispkthr: 1e-8 }, 1);
 * const layer = referenceDendriticDifferentiableLayer(parameters, 1e-3, 20, 1);
 * layer.input.fill(5);
 * layer.forward(undefined);
 * layer.spikesGradient.fill(1);
 * layer.backward(undefined, undefined);
 * layer.inputGradient.length; // 80; one for each step and dendrite
 * ```
 */
export function referenceDendriticDifferentiableLayer(
  parameters: DynapSe2Parameters,
  dt: number,
  steps: number,
  batch: number,
  neurons: number = parameters.Io.length,
): DendriticDifferentiableLayer {
  const lanes = batch * neurons;
  let coefficients = dynapSe2Coefficients(parameters, dt, neurons);
  const state = dynapSe2State(parameters.Io, lanes);
  const tape = dynapSe2Tape(steps, lanes);
  const gradient = zeroDynapSe2Gradient(lanes);
  const into = new Float64Array(lanes);
  const intoGradient = new Float64Array(lanes);
  return differentiablePopulation(
    {
      neurons,
      channels: dendriteNames.length * neurons,
      state,
      spikes: tape.spikes,
      gradient,
      setParameters(next: DynapSe2Parameters) {
        coefficients = dynapSe2Coefficients(next, dt, neurons);
      },
      rest: () => rest(state, coefficients.dark),
      forward: (drive, offset) => dynapSe2Forward(coefficients, state, drive, into, tape, offset),
      backward: (offset, driveGradient) =>
        dynapSe2Backward(coefficients, tape, offset, gradient, intoGradient, driveGradient),
    },
    steps,
  );
}
