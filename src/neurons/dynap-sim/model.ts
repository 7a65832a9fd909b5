/** DynapSim neurons: one lumped synapse, adaptation, membrane and spikes. */
import type { NeuronModel } from '../model.ts';
import { rest } from '../state.ts';
import { stepBackward, zeroGradient } from './adjoint.ts';
import { dynapSimCoefficients } from './coefficients.ts';
import { dynapSimExample } from './example.ts';
import type { DynapSimParameters } from './parameters.ts';
import { type DynapSimState, dynapSimState } from './state.ts';
import { stepForward, stepTape } from './step.ts';

const signals = ['isyn', 'iahp', 'imem', 'vmem'];

/** The model of DynapSim neurons. */
export const dynapSimModel: NeuronModel<DynapSimParameters, DynapSimState> = {
  title: 'DynapSim',
  channels: 1,
  spiking: true,
  mismatch: true,
  neurons: ({ Io }) => Io.length,
  signals: () => signals,
  example: dynapSimExample,
  running(parameters, dt, batch) {
    const { Io } = parameters;
    const coefficients = dynapSimCoefficients(parameters, dt);
    const state = dynapSimState(Io, batch * Io.length);
    return {
      neurons: Io.length,
      channels: Io.length,
      state,
      output: state.spikes,
      step: (drive) => stepForward(coefficients, state, drive),
      rest: () => rest(state, Io),
    };
  },
  taped(parameters, { dt, steps, batch, neurons }) {
    const lanes = batch * neurons;
    let coefficients = dynapSimCoefficients(parameters, dt);
    const state = dynapSimState(parameters.Io, lanes);
    const tape = stepTape(steps, lanes);
    const gradient = zeroGradient(lanes);
    return {
      neurons,
      channels: neurons,
      state,
      outputs: tape.spikes,
      gradient,
      outputGradient: gradient.spikes,
      outputOf: ({ spikes }) => spikes,
      setParameters(next) {
        coefficients = dynapSimCoefficients(next, dt);
      },
      rest: () => rest(state, coefficients.darkCurrent),
      forward: (drive, offset) => stepForward(coefficients, state, drive, tape, offset),
      backward: (offset, driveGradient) =>
        stepBackward(coefficients, tape, offset, gradient, driveGradient),
    };
  },
};
