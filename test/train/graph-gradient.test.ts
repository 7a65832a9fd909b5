import fc from 'fast-check';
import {
  delay,
  feedback,
  integrator,
  li,
  lif,
  linear,
  type Pipeline,
  parallel,
  pipeline,
  poissonRaster,
  rateCrossEntropy,
  referenceEngine,
  residual,
  scale,
  startPipeline,
  threshold,
} from 'spikeline';
import { pipelineUpTo } from 'spikeline/stages';
import { lossFunction, pipelineGradient, pipelineWeights, startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { anyGraphPipeline } from '#test/pipeline/graphs';
import { runs } from '#test/support/runs';

const steps = 12;
const samples = [1, 2].map((seed) => ({
  input: poissonRaster({ channels: 2, rate: 300, duration: steps * 1e-3, seed }),
}));
const size = 2 * steps * 2;

/** A loss that takes every output of every step by a weight of its own. */
function loss(values: Float64Array, gradient: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = Math.sin(3 * i + 1);
    sum += weight * values[i]! + 0.5 * values[i]! ** 2;
    gradient[i] = weight + values[i]!;
  }
  return sum;
}

const W = (seed: number, rows = 2, columns = 2) =>
  linear({
    weight: Array.from({ length: rows }, (_, r) =>
      Array.from({ length: columns }, (_, c) => Math.cos(seed + 3 * r + 5 * c)),
    ),
  });
const soft = () => li({ neurons: 2, tauMem: 4e-3, tauSyn: 3e-3 });

/** Networks without a threshold, whose loss is smooth. */
const smooth: Readonly<Record<string, Pipeline>> = {
  'branches that are added': parallel([W(1), soft()], [W(2)], { join: 'add' }),
  'branches side by side': residual(
    parallel([W(1), soft()], W(2), { join: 'concatenate' }),
    W(3, 4, 2),
  ),
  'what is taken twice': residual(W(1), residual(soft(), W(2))),
  'a loop': feedback(W(1), soft()),
  'a loop through an integrator': feedback(integrator({ neurons: 2, resistance: 80 }), W(4)),
  'a loop with a delay in it': feedback(W(1), delay({ channels: 2, delay: [2e-3, 0] }), soft()),
  'loops in branches, behind a matrix': residual(
    W(1),
    parallel(feedback(W(2), soft()), [scale({ scale: [2, -1] })], { join: 'add' }),
    W(3),
  ),
  'loops in loops': feedback(W(1), feedback(soft()), W(2)),
};

describe('pipelineGradient', () => {
  it.each(Object.entries(smooth))('is that of finite differences for %s', (_, net) => {
    const problem = pipelineGradient(net, samples, loss, referenceEngine);
    problem.evaluate();
    const gradient = problem.gradient.slice();
    expect(problem.spikes).toHaveLength(size);
    expect(gradient.length).toBeGreaterThan(0);
    for (const [i, weight] of pipelineWeights(net).entries()) {
      const step = 1e-5;
      problem.weights[i] = weight + step;
      const above = problem.evaluate();
      problem.weights[i] = weight - step;
      const below = problem.evaluate();
      problem.weights[i] = weight;
      const expected = (above - below) / (2 * step);
      expect(Math.abs(gradient[i]! - expected)).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(expected)),
      );
    }
  });

  it('spikes as the running pipeline does, whatever the graph', () => {
    fc.assert(
      fc.property(anyGraphPipeline(), (net) => {
        const { channelsIn: channels } = net;
        const input = poissonRaster({ channels, rate: 300, duration: 0.03, seed: 5 });
        const given = [{ input, label: 0 }];
        const cost = lossFunction(rateCrossEntropy(0.2), given, 30, 2);
        const problem = pipelineGradient(net, given, cost, referenceEngine);
        problem.evaluate();
        expect(Array.from(problem.spikes)).toEqual(
          Array.from(startPipeline(net, referenceEngine).process(input).counts),
        );
      }),
      { numRuns: runs(60) },
    );
  });

  it('is, for a graph that is a chain, what it is for the chain', () => {
    const evaluated = (net: Pipeline) => {
      const problem = pipelineGradient(net, samples, loss, referenceEngine);
      return [problem.evaluate(), ...problem.gradient];
    };
    const parts = [W(1), soft(), W(2), soft()];
    const chain = pipelineUpTo(pipeline(...parts, threshold({ threshold: [0, 0] })), 'li3');
    expect(evaluated(parallel(parts, { join: 'add' }))).toEqual(evaluated(chain));
  });
});

describe('startTraining', () => {
  it('trains loops and branches stage by stage', async () => {
    const net = pipeline(
      scale({ scale: [20, 20] }),
      residual(feedback(W(1), li({ neurons: 2, tauMem: 4e-3 }))),
      W(2),
      feedback(W(5), lif({ neurons: 2, tauMem: 4e-3, threshold: 0.3 })),
    );
    const labelled = samples.map((sample, label) => ({ ...sample, label }));
    const training = startTraining(net, labelled, {
      epochs: 60,
      loss: rateCrossEntropy(0.5),
      optimiser: { learningRate: 0.1 },
    });
    await training.advance(1);
    const first = training.loss;
    await training.advance(59);
    expect(training.loss).toBeLessThan(first);
    expect(training.pipeline().inputs).toEqual(net.inputs);
    await training.close();
  });
});
