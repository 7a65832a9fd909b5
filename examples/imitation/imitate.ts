// Learning by imitation: a network is shown lessons, and what its spikes make together is to be what a teacher says. One sum over all
// neurons and some time is what counts, so that the loss is of that sum and not of single spikes. Each epoch has another chip of 20 %
// mismatch.

import { kernel, type Pipeline, type TrainingSample } from 'spikeline';
import { drawMismatch, dynapSimParameters } from 'spikeline/neurons';
import { pipelineGradient, pipelineWeights, withWeights } from 'spikeline/train';

/** Inputs of equal length, and for each the values that the network is to make of it. */
export interface Lessons {
  readonly inputs: readonly TrainingSample[];
  readonly wanted: readonly (readonly number[])[];
}

/** What is to be imitated, and how. */
export interface Imitation {
  /** Gives the lessons of an epoch. */
  lessons(epoch: number): Lessons;
  /** What each output neuron adds to each value if it fires at 1 Hz. */
  readonly values: readonly (readonly number[])[];
  /** What counts as an error of 1. */
  readonly scale: number;
  /** Steps at the beginning of a lesson that do not count. */
  readonly settled: number;
  readonly epochs: number;
  /** Hears of each epoch and its loss. */
  tell?(epoch: number, loss: number): void;
}

/** Mean squared error of the values, in parts of `scale`, and what to change of each spike. */
function valueError({ wanted, inputs }: Lessons, { values, scale, settled }: Imitation) {
  const { steps, dt } = inputs[0]!.input;
  const batch = inputs.length;
  const neurons = values.length;
  const lanes = batch * neurons;
  const perSpike = values.map((row) => row.map((value) => value / ((steps - settled) * dt)));
  const weight = 1 / (batch * scale ** 2);
  return (spikes: Float64Array, gradient: Float64Array): number => {
    const off = wanted.map((row) => row.map((value) => -value));
    for (let i = settled * lanes; i < spikes.length; i++) {
      if (spikes[i] === 0) continue;
      const own = off[Math.floor((i % lanes) / neurons)]!;
      const row = perSpike[i % neurons]!;
      for (let k = 0; k < own.length; k++) own[k] = own[k]! + row[k]! * spikes[i]!;
    }
    for (let i = 0; i < spikes.length; i++) {
      const own = off[Math.floor((i % lanes) / neurons)]!;
      const row = perSpike[i % neurons]!;
      let slope = 0;
      if (i >= settled * lanes)
        for (let k = 0; k < own.length; k++) slope += 2 * weight * own[k]! * row[k]!;
      gradient[i] = slope;
    }
    return weight * off.reduce((sum, row) => row.reduce((all, error) => all + error ** 2, sum), 0);
  };
}

/** Trains a network, whose last stage is of DynapSim neurons and has all of its mismatch. */
export function imitate(start: Pipeline, imitation: Imitation): Pipeline {
  const { epochs, lessons, tell } = imitation;
  const engine = kernel();
  const parameters = dynapSimParameters({}, start.channelsOut);
  let net = start;
  let [mean, square] = [new Float64Array(0), new Float64Array(0)];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const given = lessons(epoch);
    const task = pipelineGradient(net, given.inputs, valueError(given, imitation), engine);
    task.setParameters([drawMismatch(parameters, { fraction: 0.2 }, epoch)]);
    const loss = task.evaluate();
    const { weights, gradient } = task;
    if (epoch === 0) [mean, square] = [weights.map(() => 0), weights.map(() => 0)];
    // Adam (Kingma & Ba 2015), with a rate that falls to a tenth.
    const rate = 0.03 * 0.1 ** (epoch / epochs);
    for (let i = 0; i < weights.length; i++) {
      mean[i] = 0.9 * mean[i]! + 0.1 * gradient[i]!;
      square[i] = 0.99 * square[i]! + 0.01 * gradient[i]! ** 2;
      const [m, v] = [mean[i]! / (1 - 0.9 ** (epoch + 1)), square[i]! / (1 - 0.99 ** (epoch + 1))];
      weights[i] = Math.max(-6, Math.min(6, weights[i]! - (rate * m) / (Math.sqrt(v) + 1e-12)));
    }
    net = withWeights(net, weights);
    tell?.(epoch, loss);
  }
  // Three digits behind the point are more than four bits will keep.
  return withWeights(
    net,
    pipelineWeights(net).map((weight) => Math.round(weight * 1e3) / 1e3),
  );
}
