import type { AdamConfig } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { adamState, adamStep, learningRateAt } from '#src/train/adam';

/** Weights after each step on the given gradients, from zero. */
function walk(config: AdamConfig, gradients: readonly number[]): number[] {
  const state = adamState(1);
  const weights = new Float64Array(1);
  return gradients.map((gradient, epoch) => {
    adamStep(config, state, weights, Float64Array.of(gradient), epoch, config.learningRate);
    return weights[0]!;
  });
}

describe('adamStep', () => {
  it('follows three steps worked out by hand', () => {
    // m: 0.1, -0.11, -0.099;  v: 0.001, 0.004999, 0.004994001
    // divided by 1-0.9^t = 0.1, 0.19, 0.271 and 1-0.999^t = 0.001, 0.001999, 0.002997001
    const first = 1 / Math.sqrt(1);
    const second = -0.11 / 0.19 / Math.sqrt(0.004999 / 0.001999);
    const third = -0.099 / 0.271 / Math.sqrt(0.004994001 / 0.002997001);
    const found = walk({ learningRate: 0.1 }, [1, -2, 0]);
    expect(found[0]).toBeCloseTo(-0.1 * first, 12);
    expect(found[1]).toBeCloseTo(-0.1 * (first + second), 12);
    expect(found[2]).toBeCloseTo(-0.1 * (first + second + third), 12);
  });

  it('moves by the learning rate whatever the size of a steady gradient', () => {
    for (const gradient of [1e-12, 1e-9, 1, 1e6]) {
      const found = walk({ learningRate: 0.25 }, new Array(8).fill(gradient));
      expect(found.at(-1)).toBeCloseTo(-2, 3);
    }
  });

  it('is throttled by an epsilon that is large against the gradient', () => {
    expect(walk({ learningRate: 1, epsilon: 1e-8 }, [1e-9])[0]).toBeCloseTo(-1 / 11, 9);
  });

  it('takes other decays', () => {
    const config = { learningRate: 1, beta1: 0, beta2: 0.5, epsilon: 0 };
    const found = walk(config, [2, 1]);
    expect(found[0]).toBeCloseTo(-1, 12);
    // v = 0.5·2 + 0.5 = 1.5 over 1-0.25: the root of 2.
    expect(found[1]).toBeCloseTo(-1 - 1 / Math.sqrt(2), 12);
  });

  it('leaves a weight alone that has never had a gradient', () => {
    const state = adamState(2);
    const weights = Float64Array.of(5, 5);
    for (let epoch = 0; epoch < 3; epoch++) {
      adamStep({ learningRate: 0.1 }, state, weights, Float64Array.of(0, 1), epoch, 0.1);
    }
    expect(weights[0]).toBe(5);
    expect(weights[1]).toBeCloseTo(4.7, 9);
  });
});

describe('learningRateAt', () => {
  it('stays or falls by a constant factor to its final fraction', () => {
    expect(learningRateAt({ learningRate: 3 }, 70, 100)).toBe(3);
    const falling: AdamConfig = {
      learningRate: 6e-3,
      schedule: { kind: 'exponential', final: 0.02 },
    };
    expect(learningRateAt(falling, 0, 100)).toBe(6e-3);
    expect(learningRateAt(falling, 50, 100)).toBeCloseTo(6e-3 * Math.sqrt(0.02), 15);
    expect(learningRateAt(falling, 100, 100)).toBeCloseTo(1.2e-4, 15);
  });
});
