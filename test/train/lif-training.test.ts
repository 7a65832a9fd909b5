import {
  dynapSim,
  kernel,
  lif,
  linear,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  referenceEngine,
  scale,
  startPipeline,
  type Training,
  type TrainingOptions,
  threshold,
} from 'spikeline';
import { pipelineWeights, startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '#test/events/reasons';
import { smallSamples, weights } from './small-task.ts';

const samples = smallSamples();
const options: TrainingOptions = {
  epochs: 120,
  loss: rateCrossEntropy(0.05),
  optimiser: { learningRate: 0.1 },
};

const neurons = { neurons: 3, tauMem: 0.01, tauSyn: 4e-3 };
function net(tauMem = 0.01, factor = 1): Pipeline {
  return pipeline(
    linear({ weight: weights(1, 4, 3, 2), bias: 0.05, name: 'in' }),
    lif({ ...neurons, tauMem, recurrent: weights(2, 3, 3, 1), name: 'hidden' }),
    scale({ scale: [factor, 1, 1], name: 'scaled' }),
    linear({ weight: weights(3, 3, 2, 2), name: 'between' }),
    lif({ neurons: 2, tauMem: 0.01, tauSyn: 4e-3, recurrent: weights(4, 2, 2, 1), name: 'out' }),
  );
}

/** Output channel that fires most for each sample. */
function answers(trained: Pipeline): number[] {
  return samples.map(({ input }) => {
    const { counts } = startPipeline(trained).process(input);
    const sums = [0, 0];
    for (const [i, count] of counts.entries()) sums[i % 2] = sums[i % 2]! + count;
    return sums[0]! > sums[1]! ? 0 : 1;
  });
}

function finished(training: Training): Training {
  void training.advance(training.epochs);
  expect(training.epoch).toBe(training.epochs);
  return training;
}

describe('training of LIF neurons', () => {
  it('learns to tell two patterns apart, with all its matrices', () => {
    const start = net();
    const training = startTraining(start, samples, options);
    void training.advance(1);
    const first = training.loss;
    finished(training);
    expect(training.loss).toBeLessThan(0.5 * first);
    expect(answers(training.pipeline())).toEqual([0, 1]);
    const before = pipelineWeights(start);
    const after = pipelineWeights(training.pipeline());
    const moved = after.map((weight, i) => Math.abs(weight - before[i]!));
    // In, hidden, between and out: 12, 9, 6 and 4 weights.
    for (const [from, to] of [
      [0, 12],
      [12, 21],
      [21, 27],
      [27, 31],
    ]) {
      expect(Math.max(...moved.subarray(from, to))).toBeGreaterThan(0.01);
    }
  });

  it('leaves all but the weights as it was', () => {
    const { stages } = finished(
      startTraining(net(), samples, { ...options, epochs: 3 }),
    ).pipeline();
    const plain = net().stages;
    for (const [i, stage] of stages.entries()) {
      expect({ ...stage, weight: 0, recurrent: 0 }).toEqual({
        ...plain[i]!,
        weight: 0,
        recurrent: 0,
      });
    }
  });

  it('is the same on any engine, up to float32', () => {
    const short = { ...options, epochs: 20 };
    const [one, two] = [referenceEngine, kernel()].map((engine) =>
      pipelineWeights(finished(startTraining(net(), samples, { ...short, engine })).pipeline()),
    );
    for (const [i, weight] of one!.entries()) expect(two![i]! / weight).toBeCloseTo(1, 5);
  });

  it('trains beside DynapSim neurons', () => {
    const mixed = pipeline(
      linear({ weight: weights(1, 4, 3, 2) }),
      lif(neurons),
      linear({ weight: weights(3, 3, 2, 30), name: 'between' }),
      dynapSim({ neurons: 2, Ispkthr: 1e-8 }),
    );
    const mismatch = { fraction: 0.1, every: 10 };
    const training = startTraining(mixed, samples, { ...options, epochs: 60, mismatch });
    void training.advance(1);
    const first = training.loss;
    expect(finished(training).loss).toBeLessThan(0.8 * first);
  });

  it('goes on from a checkpoint, and refuses that of another network', () => {
    const short = { ...options, epochs: 20 };
    const whole = finished(startTraining(net(), samples, short)).checkpoint();
    const half = startTraining(net(), samples, short);
    void half.advance(10);
    const checkpoint = half.checkpoint();
    const resumed = finished(startTraining(net(), samples, { ...short, checkpoint }));
    expect(resumed.checkpoint()).toEqual(whole);
    for (const other of [net(0.02), net(0.01, 2)]) {
      expect(reasonsOf(() => startTraining(other, samples, { ...short, checkpoint }))).toEqual([
        expect.stringMatching(/belongs to another pipeline/),
      ]);
    }
  });

  it('tells kinds apart that hold the same numbers', () => {
    const ending = (last: 'scale' | 'threshold'): Pipeline =>
      pipeline(
        linear({ weight: weights(1, 4, 2) }),
        last === 'scale'
          ? scale({ scale: [1, 1], name: 'x' })
          : threshold({ threshold: [1, 1], name: 'x' }),
        threshold({ threshold: [1, 1] }),
      );
    const { checkpoint } = {
      checkpoint: startTraining(ending('scale'), samples, options).checkpoint(),
    };
    expect(
      reasonsOf(() => startTraining(ending('threshold'), samples, { ...options, checkpoint })),
    ).toEqual([expect.stringMatching(/belongs to another pipeline/)]);
  });

  it('refuses mismatch where no neuron has any', () => {
    const mismatch = { fraction: 0.1 };
    expect(reasonsOf(() => startTraining(net(), samples, { ...options, mismatch }))).toEqual([
      expect.stringMatching(/mismatch: it is drawn on .* neurons, and the pipeline has none/),
    ]);
  });
});
