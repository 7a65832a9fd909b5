// Spiking neurons inside a network of tensorflow.js: a dense layer drives DynapSim neurons, their rates feed
// another dense layer, and Adam trains both on which of three channels swings most.
//
// npx tsx --conditions @spikeline/source examples/tfjs-dense-layers.ts

import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { randomStream } from 'spikeline/neurons';
import { dynapSimOperation, useBackend } from 'spikeline/tfjs';

const [classes, trials, steps, neurons] = [3, 60, 100, 6];
const labels = Array.from({ length: trials }, (_, trial) => trial % classes);

/** Noise without a mean, one row per trial and step; the channel of its class is half as strong again. */
function swings(seed: number): tf.Tensor2D {
  const random = randomStream(seed, 'swings');
  const values = labels.flatMap((label) =>
    Array.from(
      { length: steps * classes },
      (_, i) => (i % classes === label ? 1.5 : 1) * random.normal(),
    ),
  );
  return tf.tensor2d(values, [trials * steps, classes]);
}

const { name } = await useBackend();
const dense = (inputs: number, units: number, seed: number) =>
  layers.dense({
    units,
    inputShape: [inputs],
    kernelInitializer: initializers.randomNormal({ stddev: 0.05, seed }),
  });
const before = dense(classes, neurons, 1);
const population = dynapSimOperation({ neurons, steps, trials });
const after = dense(neurons, classes, 2);

/** Scores of the classes, one row per trial. */
function scores(inputs: tf.Tensor2D): tf.Tensor2D {
  // A neuron wants some units of weight, a dense layer starts and learns in hundredths.
  const drive = tf.mul(before.apply(inputs) as tf.Tensor, 100);
  const spikes = population(tf.reshape(drive, [trials, steps, neurons]));
  return after.apply(tf.mul(tf.mean(spikes, 1), 10)) as tf.Tensor2D;
}

function accuracy(inputs: tf.Tensor2D): string {
  const found = tf.tidy(() => tf.argMax(scores(inputs), 1).dataSync());
  return (labels.filter((label, trial) => label === found[trial]).length / trials).toFixed(2);
}

const wanted = tf.oneHot(labels, classes);
const [seen, unseen] = [swings(1), swings(2)];
process.stdout.write(`backend ${name}, accuracy before ${accuracy(unseen)}\n`);

// Gradients through neurons are small, here below 1e-7: the epsilon that Adam has by default would hold them back.
const adam = tf.train.adam(0.02, 0.9, 0.999, 1e-16);
for (let step = 1; step <= 200; step++) {
  const loss = adam.minimize(() => tf.losses.softmaxCrossEntropy(wanted, scores(seen)), true);
  if (step % 40 === 0)
    process.stdout.write(`step ${step}: loss ${loss?.dataSync()[0]?.toFixed(3)}\n`);
  loss?.dispose();
}
process.stdout.write(
  `accuracy on the samples it learnt ${accuracy(seen)}, on others ${accuracy(unseen)}\n`,
);
