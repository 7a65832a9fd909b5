// How the network learns to balance: it is shown states, and is to push as the linear controller would. One sum of pushes is
// what counts, so that the loss is of that force and not of single spikes. Each epoch has another chip of 20 % mismatch.

import {
  dynapSim,
  kernel,
  linear,
  type Pipeline,
  pipeline,
  spikeRaster,
  type TrainingSample,
} from 'spikeline';
import { drawMismatch, dynapSimParameters, type Random, randomStream } from 'spikeline/neurons';
import { pipelineGradient, pipelineWeights, withWeights } from 'spikeline/train';
import { cart } from './cart.ts';
import { channels, dt, encoder, neurons, pushes, reach, strength } from './coding.ts';
import { decision } from './controller.ts';

const [batch, steps, settled] = [64, 100, 40];

/** States to learn from: most near rest, some far off. */
function states(random: Random): number[][] {
  return Array.from({ length: batch }, (_, i) =>
    reach.map((most) =>
      i % 4 === 0 ? most * (2 * random.uniform() - 1) : 0.3 * most * random.normal(),
    ),
  );
}

/** What the network sees of a state that holds. */
function shown(state: readonly number[]): TrainingSample {
  const counts = encoder()(state, steps);
  return { input: spikeRaster({ channels, dt, counts }) };
}

/** Mean squared error of the force, in parts of the motor's, and what to change of each spike. */
function forceError(wanted: readonly number[]) {
  const perSpike = strength / ((steps - settled) * dt);
  return (spikes: Float64Array, gradient: Float64Array): number => {
    const off = wanted.map((force) => -force);
    const lanes = batch * neurons;
    for (let i = settled * lanes; i < spikes.length; i++) {
      const b = Math.floor((i % lanes) / neurons);
      off[b] = off[b]! + perSpike * pushes[i % neurons]! * spikes[i]!;
    }
    const scale = 1 / (batch * cart.force ** 2);
    for (let i = 0; i < spikes.length; i++) {
      const b = Math.floor((i % lanes) / neurons);
      const read = i >= settled * lanes;
      gradient[i] = read ? 2 * scale * off[b]! * perSpike * pushes[i % neurons]! : 0;
    }
    return scale * off.reduce((sum, error) => sum + error ** 2, 0);
  };
}

/** Trains the network from nothing; `tell` hears of each epoch and its loss. */
export function learn(epochs: number, tell?: (epoch: number, loss: number) => void): Pipeline {
  const random = randomStream(1, 'pole');
  const weight = Array.from({ length: channels }, () =>
    Array.from({ length: neurons }, () => 0.5 + 0.3 * random.normal()),
  );
  const output = dynapSim({ neurons, name: 'output', dt });
  const start = pipeline(linear({ name: 'state', weight }), output);
  const engine = kernel();
  const parameters = dynapSimParameters({}, neurons);
  let net = start;
  let [mean, square] = [new Float64Array(0), new Float64Array(0)];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const seen = states(random);
    const task = pipelineGradient(net, seen.map(shown), forceError(seen.map(decision)), engine);
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
