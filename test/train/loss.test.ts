import fc from 'fast-check';
import {
  type Loss,
  meanSquaredError,
  rateCrossEntropy,
  spikeRaster,
  type TrainingSample,
} from 'spikeline';
import { lossFunction } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { runs } from '#test/support/runs';

const channels = 3;
const steps = 4;

function sample(label: number, target: readonly number[]): TrainingSample {
  const input = spikeRaster({ channels: 1, dt: 1e-3, counts: { steps: target.length / channels } });
  return { input, target, label };
}

function evaluate(loss: Loss, samples: readonly TrainingSample[], spikes: readonly number[]) {
  const { steps: length } = samples[0]!.input;
  const gradient = new Float64Array(spikes.length).fill(7);
  const of = lossFunction(loss, samples, length, channels);
  return { value: of(Float64Array.from(spikes), gradient), gradient: Array.from(gradient) };
}

describe('meanSquaredError', () => {
  it('is the mean of squared deviations', () => {
    const { value, gradient } = evaluate(
      meanSquaredError(),
      [sample(0, [1, 1, 0, 1, 0, 0])],
      [1, 0, 2, 1, 0, 1],
    );
    expect(value).toBe((0 + 1 + 4 + 0 + 0 + 1) / 6);
    expect(gradient).toEqual([0, -2 / 6, 4 / 6, 0, 0, 2 / 6]);
  });

  it('weighs silence where silence is wanted', () => {
    const samples = [sample(0, [1, 1, 0])];
    const { value, gradient } = evaluate(meanSquaredError(3), samples, [0, 2, 2]);
    expect(value).toBe((1 + 1 + 3 * 4) / 3);
    expect(gradient).toEqual([-2 / 3, 2 / 3, (3 * 4) / 3]);
  });

  it('lays trials side by side within a step', () => {
    const samples = [sample(0, [1, 2, 3, 4, 5, 6]), sample(1, [10, 20, 30, 40, 50, 60])];
    const laid = [1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60];
    expect(evaluate(meanSquaredError(), samples, laid).value).toBe(0);
  });
});

describe('rateCrossEntropy', () => {
  it('is -ln of the softmax of rate over temperature', () => {
    // Two steps of three channels: 2, 1 and 0 spikes, rates 1, ½ and 0 per step.
    const { value } = evaluate(
      rateCrossEntropy(0.5),
      [sample(1, new Array(6).fill(0))],
      [1, 1, 0, 1, 0, 0],
    );
    const total = Math.exp(2) + Math.exp(1) + Math.exp(0);
    expect(value).toBeCloseTo(-Math.log(Math.exp(1) / total), 12);
  });

  it('is ln of the number of channels where all fire alike', () => {
    const silent = new Array(2 * steps * channels).fill(0);
    const target = new Array(steps * channels).fill(0);
    const samples = [sample(0, target), sample(2, target)];
    expect(evaluate(rateCrossEntropy(), samples, silent).value).toBeCloseTo(Math.log(3), 12);
  });

  it('stays finite where a rate is far from its temperature', () => {
    const spikes = new Array(6).fill(0).map((_, i) => (i % 3 === 0 ? 500 : 0));
    const samples = [sample(1, new Array(6).fill(0))];
    const { value, gradient } = evaluate(rateCrossEntropy(1e-3), samples, spikes);
    expect(value).toBeCloseTo(500 / 1e-3, 6);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});

describe('every loss', () => {
  const count = 2 * steps * channels;
  const many = <T>(one: fc.Arbitrary<T>, length: number): fc.Arbitrary<T[]> =>
    fc.array(one, { minLength: length, maxLength: length });
  const task = fc.record({
    spikes: many(fc.double({ min: 0, max: 3, noNaN: true }), count),
    targets: many(many(fc.constantFrom(0, 0.5, 1), steps * channels), 2),
    labels: many(fc.nat(channels - 1), 2),
  });

  it.each([
    ['meanSquaredError', meanSquaredError(2.5)],
    ['rateCrossEntropy', rateCrossEntropy(0.3)],
  ])('%s has the gradient of its finite differences', (_, loss) => {
    fc.assert(
      fc.property(task, ({ spikes, targets, labels }) => {
        const samples = targets.map((target, i) => sample(labels[i]!, target));
        const { gradient } = evaluate(loss, samples, spikes);
        const h = 1e-4;
        for (const i of spikes.keys()) {
          const moved = (by: number): number =>
            evaluate(loss, samples, spikes.with(i, spikes[i]! + by)).value;
          expect(gradient[i]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 8);
        }
      }),
      { numRuns: runs(25) },
    );
  });
});
