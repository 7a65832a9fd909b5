import fc from 'fast-check';
import { InvalidArgumentError } from 'spikeline';
import { autoencoderQuantise, quantise } from 'spikeline/chip';
import { randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { subsetSums } from '#src/chips/masks';
import { runs } from '#test/support/runs';

const weights = fc.array(
  fc.oneof(fc.constantFrom(0, -0), fc.double({ min: -20, max: 20, noNaN: true })),
  { maxLength: 40 },
);

function normals(count: number, seed: number): number[] {
  const random = randomStream(seed, 'autoencoder test');
  return Array.from({ length: count }, () => random.normal());
}

describe('autoencoderQuantise', () => {
  it('gives bases, codes, values and an error that agree', () => {
    fc.assert(
      fc.property(weights, (given) => {
        const { base, codes, values, mse } = autoencoderQuantise(given, { epochs: 300 });
        expect(base).toHaveLength(4);
        expect(base.every((value) => value >= 0)).toBe(true);
        expect([codes.length, values.length]).toEqual([given.length, given.length]);
        const sums = subsetSums(base);
        let squared = 0;
        let zero = 0;
        for (const [i, value] of given.entries()) {
          expect(codes[i]).toBeLessThanOrEqual(15);
          expect(Math.abs(values[i]!)).toBe(sums[codes[i]!]);
          expect(values[i]! * value).toBeGreaterThanOrEqual(0);
          if (value === 0) expect([codes[i], values[i]]).toEqual([0, 0]);
          squared += (values[i]! - value) ** 2;
          zero += value ** 2;
        }
        const nonZero = Math.max(given.filter((value) => value !== 0).length, 1);
        expect(mse).toBeCloseTo(squared / nonZero, 12);
        expect(mse).toBeLessThanOrEqual((zero / nonZero) * (1 + 1e-12));
      }),
      { numRuns: runs(60) },
    );
  });

  it('comes far below the variance of the magnitudes, but not to what quantise reaches', () => {
    for (const seed of [1, 2, 3]) {
      const given = normals(124, seed);
      const sizes = given.map(Math.abs);
      const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
      const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizes.length;
      const { mse } = autoencoderQuantise(given);
      expect(mse).toBeLessThan(0.35 * variance);
      expect(mse).toBeGreaterThan(2 * quantise(given).mse);
    }
  }, 30_000);

  it('stays between quantise and the mean square on twelve known levels', () => {
    const given = [1, -2, 3, 4, -5, 6, 7, 8, -9, 12, 14, -15];
    const { mse } = autoencoderQuantise(given);
    expect(quantise(given).mse).toBeLessThan(1e-20);
    expect(mse).toBeGreaterThanOrEqual(0);
    expect(mse).toBeLessThan(5);
  });

  it('learns a single weight', () => {
    const { values, mse } = autoencoderQuantise([0, -2.5]);
    expect(values[1]).toBeCloseTo(-2.5, 2);
    expect(mse).toBeLessThan(1e-4);
  });

  it('holds for the weights of its example', () => {
    const given = [0.3, -0.9, 1.7, 2.2, -2.8, 3.1, 0];
    expect(autoencoderQuantise(given).mse).toBeGreaterThanOrEqual(quantise(given).mse);
  });

  it('scales its bases with the weights', () => {
    const given = normals(30, 4);
    const { base } = autoencoderQuantise(given, { epochs: 1000 });
    const scaled = autoencoderQuantise(
      given.map((value) => value * 1024),
      { epochs: 1000 },
    );
    expect(scaled.base).toEqual(base.map((value) => value * 1024));
  });

  it('is the same for the same seed and differs for another', () => {
    const given = normals(50, 2);
    const once = autoencoderQuantise(given, { seed: 3, epochs: 2000 });
    expect(autoencoderQuantise(given, { seed: 3, epochs: 2000 })).toEqual(once);
    expect(autoencoderQuantise(given, { seed: 4, epochs: 2000 }).base).not.toEqual(once.base);
  });

  it('never gets worse with more epochs and stops when patience ends', () => {
    const given = normals(50, 5);
    const errors = [0, 100, 1000, 5000].map((epochs) => autoencoderQuantise(given, { epochs }).mse);
    for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThanOrEqual(errors[i - 1]!);
    const impatient = autoencoderQuantise(given, { patience: 1 });
    expect(impatient.mse).toBeGreaterThan(errors.at(-1)!);
  });

  it('takes no weights and only zeros', () => {
    expect(autoencoderQuantise([])).toMatchObject({ base: [0, 0, 0, 0], mse: 0 });
    expect(Array.from(autoencoderQuantise([0, -0]).values)).toEqual([0, 0]);
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])('refuses %s and says which it is', (bad) => {
    expect(() => autoencoderQuantise([1, bad])).toThrow(InvalidArgumentError);
    expect(() => autoencoderQuantise([1, bad])).toThrow(`weights[1] is ${bad}`);
  });
});

it('finds nothing to quantise in an array whose memory was handed on', () => {
  const gone = Float64Array.of(1, 2);
  structuredClone(gone, { transfer: [gone.buffer] });
  expect(autoencoderQuantise(gone).codes).toHaveLength(0);
});
