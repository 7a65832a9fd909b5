import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import {
  dynapSim,
  type InvalidArgumentError,
  type Loss,
  linear,
  meanSquaredError,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
} from 'spikeline';
import { pipelineLoss, useBackend } from 'spikeline/tfjs';
import { lossFunction, pipelineGradient, pipelineWeights, startTraining } from 'spikeline/train';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { smallNet, smallSamples, weights } from '#test/train/small-task';
import { deviation } from './runs.ts';

const samples = smallSamples(3);
const losses: readonly Loss[] = [meanSquaredError(1.5), rateCrossEntropy(0.2)];

/** Two populations, each with a matrix before it, the second with recurrent weights. */
const deep = pipeline(
  linear({ weight: weights(1, 4, 3, 6) }),
  dynapSim({ neurons: 3, Ispkthr: 1e-8 }),
  linear({ weight: weights(3, 3, 2, 20) }),
  dynapSim({ neurons: 2, recurrent: weights(4, 2, 2), Ispkthr: 1e-8 }),
);

/** Gradients of a task as one run of numbers. */
function gradientOf(task: ReturnType<typeof pipelineLoss>, f = () => task.loss()): Float64Array {
  const { grads } = tf.variableGrads(f, [task.weights]);
  return Float64Array.from(Array.from(grads[task.weights.name]!.dataSync()));
}

describe.each(['cpu', 'wasm'] as const)('pipelineLoss on the backend %s', (backend) => {
  beforeAll(async () => {
    // The backend cpu recommends another one when it is first used.
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await useBackend([backend]);
  });

  it.each(losses)('gives the loss of training and the gradient of the reference: $kind', (loss) => {
    const task = pipelineLoss(deep, samples, { loss });
    const training = startTraining(deep, samples, { epochs: 1, loss });
    void training.advance(1);
    expect(task.loss().dataSync()[0]).toBe(Math.fround(training.loss));
    expect(task.weights.shape).toEqual([4 * 3 + 3 * 2 + 2 * 2]);
    const reference = pipelineGradient(
      deep,
      samples,
      lossFunction(loss, samples, 40, 2),
      referenceEngine,
    );
    reference.evaluate();
    expect(deviation(gradientOf(task), reference.gradient)).toBeLessThan(1e-5);
    task.dispose();
  });

  it('goes through an engine without a learner of its own', () => {
    const task = pipelineLoss(deep, samples, { engine: referenceEngine });
    const loss = lossFunction(meanSquaredError(), samples, 40, 2);
    const reference = pipelineGradient(deep, samples, loss, referenceEngine);
    expect(task.loss().dataSync()[0]).toBeCloseTo(reference.evaluate(), 6);
    expect(deviation(gradientOf(task), reference.gradient)).toBeLessThan(1e-5);
    task.dispose();
  });

  it('passes on the gradient of what is made of the loss', () => {
    const task = pipelineLoss(deep, samples);
    const plain = gradientOf(task);
    const made = gradientOf(task, () => tf.add(tf.mul(task.loss(), 3), task.loss()));
    expect(
      deviation(
        made,
        plain.map((value) => 4 * value),
      ),
    ).toBeLessThan(1e-6);
    expect(() =>
      tf.variableGrads(() => tf.sum(tf.variableGrads(() => task.loss()).grads[task.weights.name]!)),
    ).toThrow('neurons cannot be differentiated twice');
    task.dispose();
  });

  it('is lowered by Adam, step for step as in training', () => {
    const loss = rateCrossEntropy(0.2);
    const task = pipelineLoss(smallNet(), samples, { loss });
    const adam = tf.train.adam(0.02, 0.9, 0.999, 1e-16);
    const before = task.loss().dataSync()[0]!;
    for (let step = 0; step < 60; step++) {
      adam.minimize(() => task.loss(), false, [task.weights]);
    }
    const after = task.loss().dataSync()[0]!;
    expect(after).toBeLessThan(0.95 * before);

    const optimiser = { learningRate: 0.02 };
    const training = startTraining(smallNet(), samples, { epochs: 60, loss, optimiser });
    void training.advance(60);
    const weights = pipelineWeights(task.pipeline());
    expect(deviation(weights, pipelineWeights(training.pipeline()))).toBeLessThan(1e-4);
    const again = startTraining(task.pipeline(), samples, { epochs: 1, loss });
    void again.advance(1);
    expect(Math.fround(again.loss)).toBe(after);
    task.dispose();
    adam.dispose();
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    const task = pipelineLoss(smallNet(), samples);
    expect(tf.memory().numTensors).toBe(before + 1);
    const descent = tf.train.sgd(1);
    descent.minimize(() => task.loss(), false, [task.weights]);
    descent.minimize(() => task.loss(), false, [task.weights]);
    task.loss().dispose();
    task.dispose();
    descent.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('pipelineLoss', () => {
  it('draws the mismatch that training draws', async () => {
    await useBackend(['cpu']);
    const mismatch = { fraction: 0.5, every: 2 };
    const task = pipelineLoss(deep, samples, { mismatch, seed: 4 });
    const optimiser = { learningRate: 1e-30 };
    const training = startTraining(deep, samples, { epochs: 6, mismatch, seed: 4, optimiser });
    const seen = new Set<number>();
    for (let step = 0; step < 6; step++) {
      void training.advance(1);
      seen.add(training.loss);
      expect(task.loss().dataSync()[0]).toBe(Math.fround(training.loss));
    }
    expect(seen.size).toBeGreaterThan(1);
    task.dispose();
  });

  it('refuses what cannot be, with all reasons', () => {
    const [sample] = smallSamples(3);
    const input = { ...sample!.input, dt: 0.5 };
    const bare = pipeline(dynapSim({ neurons: 3 }));
    const options = {
      loss: rateCrossEntropy(0),
      mismatch: { fraction: -1, sigmaRule: 0, every: 0.5 },
    };
    const reasonsOf = (make: () => unknown): readonly string[] => {
      try {
        make();
      } catch (cause) {
        return (cause as InvalidArgumentError).reasons;
      }
      return [];
    };
    expect(reasonsOf(() => pipelineLoss(bare, [{ input, label: 3 }], options))).toEqual([
      'samples[0].input.channels is 4; the pipeline takes 3',
      'samples[0].input.dt is 0.5; the pipeline steps by 0.001 s',
      'loss.temperature is 0; a finite number above 0, at most 1000000000 is needed',
      'samples[0].label is 3; a channel from 0 to 2 is needed',
      'mismatch.fraction is -1; a finite number from 0 to 100 is needed',
      'mismatch.sigmaRule is 0; a finite number above 0 is needed',
      'mismatch.every is 0.5; a whole number of at least 1 is needed',
      'pipeline: it has no weights; one matrix at least is needed',
    ]);
    expect(reasonsOf(() => pipelineLoss(smallNet(), []))).toEqual([
      'samples.length is 0; at least one sample is needed',
    ]);
  });
});
