/** DYNAP-SE2 neurons: four dendrites with a synapse each, adaptation, membrane and spikes. */
import type { NeuronModel } from '../model.ts';
import { rest } from '../state.ts';
import { dynapSe2Backward, zeroDynapSe2Gradient } from './adjoint.ts';
import { dynapSe2Coefficients } from './coefficients.ts';
import { dynapSe2Example } from './example.ts';
import { type DynapSe2Parameters, dendriteNames } from './parameters.ts';
import { type DynapSe2State, dynapSe2State } from './state.ts';
import { dynapSe2Forward, dynapSe2Tape } from './step.ts';

const signals = ['iampa', 'igaba', 'inmda', 'ishunt', 'iahp', 'imem', 'vmem'];

/**
 * The model of DYNAP-SE2 neurons. They take `4 × neurons` input channels: channel `dendrite·neurons + neuron`, the
 * dendrites in the order AMPA, GABA, NMDA, SHUNT. Recurrent weights are `[pre][channel]`.
 */
export const dynapSe2Model: NeuronModel<DynapSe2Parameters, DynapSe2State> = {
  title: 'DYNAP-SE2',
  channels: dendriteNames.length,
  spiking: true,
  mismatch: true,
  neurons: ({ Io }) => Io.length,
  signals: () => signals,
  example: dynapSe2Example,
  running(parameters, dt, batch) {
    const { Io } = parameters;
    const lanes = batch * Io.length;
    const coefficients = dynapSe2Coefficients(parameters, dt);
    const state = dynapSe2State(Io, lanes);
    const into = new Float64Array(lanes);
    return {
      neurons: Io.length,
      channels: dendriteNames.length * Io.length,
      state,
      output: state.spikes,
      step: (drive) => dynapSe2Forward(coefficients, state, drive, into),
      rest: () => rest(state, Io),
    };
  },
  taped(parameters, { dt, steps, batch, neurons }) {
    const lanes = batch * neurons;
    let coefficients = dynapSe2Coefficients(parameters, dt, neurons);
    const state = dynapSe2State(parameters.Io, lanes);
    const tape = dynapSe2Tape(steps, lanes);
    const gradient = zeroDynapSe2Gradient(lanes);
    const into = new Float64Array(lanes);
    const intoGradient = new Float64Array(lanes);
    return {
      neurons,
      channels: dendriteNames.length * neurons,
      state,
      outputs: tape.spikes,
      gradient,
      outputGradient: gradient.spikes,
      outputOf: ({ spikes }) => spikes,
      setParameters(next) {
        coefficients = dynapSe2Coefficients(next, dt, neurons);
      },
      rest: () => rest(state, coefficients.darkCurrent),
      forward: (drive, offset) => dynapSe2Forward(coefficients, state, drive, into, tape, offset),
      backward: (offset, driveGradient) =>
        dynapSe2Backward(coefficients, tape, offset, gradient, intoGradient, driveGradient),
    };
  },
};
