import fc from 'fast-check';
import { channelCounts, InvalidArgumentError, type PoissonConfig, poissonRaster } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { runs } from '#test/support/runs';
import { reasonsOf } from './reasons.ts';

const noise: PoissonConfig = { channels: 60, rate: 50, duration: 2, seed: 1 };

const reasons = (config: PoissonConfig): readonly string[] =>
  reasonsOf(() => poissonRaster(config));

/** Mean and variance of the counts of all bins. */
function statistics(counts: Uint32Array): { mean: number; variance: number } {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
  return { mean, variance: squares / (counts.length - 1) };
}

describe('poissonRaster', () => {
  it('has the shape it is asked for', () => {
    const raster = poissonRaster({ ...noise, dt: 5e-4, startTime: 77 });
    expect(raster).toMatchObject({ steps: 4000, channels: 60, dt: 5e-4, startTime: 77 });
    expect(raster.counts).toHaveLength(4000 * 60);
  });

  it.each([
    [50, 1e-3],
    [5, 1e-3],
    [1000, 1e-3],
    [200, 1e-2],
    [1.2e6, 1e-3],
  ])('has the mean and the variance of a Poisson count at %s Hz and bins of %s s', (rate, dt) => {
    const { counts } = poissonRaster({ ...noise, rate, dt, duration: 200 * dt });
    const { mean, variance } = statistics(counts);
    const wanted = rate * dt;
    const n = counts.length;
    // Five standard deviations of the estimates of mean and variance.
    expect(Math.abs(mean - wanted)).toBeLessThan(5 * Math.sqrt(wanted / n));
    const spread = Math.sqrt((wanted + 2 * wanted * wanted) / n);
    expect(Math.abs(variance - wanted)).toBeLessThan(5 * spread);
  });

  it('has the Poisson share of empty, single and double bins', () => {
    const { counts } = poissonRaster({ ...noise, rate: 500 });
    for (const [k, share] of [
      Math.exp(-0.5),
      0.5 * Math.exp(-0.5),
      0.125 * Math.exp(-0.5),
    ].entries()) {
      const found = counts.filter((count) => count === k).length / counts.length;
      expect(Math.abs(found - share)).toBeLessThan(
        5 * Math.sqrt((share * (1 - share)) / counts.length),
      );
    }
  });

  it('gives every channel its own noise', () => {
    const raster = poissonRaster({ ...noise, rate: 100, duration: 20 });
    for (const total of channelCounts(raster)) expect(Math.abs(total - 2000)).toBeLessThan(250);
    const { counts, channels, steps } = raster;
    let both = 0;
    for (let t = 0; t < steps; t++) both += counts[t * channels]! * counts[t * channels + 1]!;
    // Independent channels coincide in 20 000·0.1·0.1 = 200 bins.
    expect(Math.abs(both - 200)).toBeLessThan(5 * Math.sqrt(200) + 10);
  });

  it('is the same for the same seed and labels, and another for others', () => {
    const labels = fc.array(fc.oneof(fc.string({ maxLength: 4 }), fc.integer()), { maxLength: 3 });
    fc.assert(
      fc.property(fc.integer(), labels, (seed, names) => {
        const config = { ...noise, channels: 20, duration: 0.2, seed, labels: names };
        const { counts } = poissonRaster(config);
        expect(poissonRaster(config).counts).toEqual(counts);
        expect(poissonRaster({ ...config, seed: seed + 1 }).counts).not.toEqual(counts);
        expect(poissonRaster({ ...config, labels: [...names, 'x'] }).counts).not.toEqual(counts);
      }),
      { numRuns: runs(30) },
    );
  });

  it('is silent at 0 Hz', () => {
    expect(poissonRaster({ ...noise, rate: 0 }).counts.every((count) => count === 0)).toBe(true);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s Hz', (rate) => {
    expect(reasons({ ...noise, rate })).toEqual([
      expect.stringContaining(`rate is ${rate}; a finite number of hertz`),
    ]);
  });

  it('lists every mistake at once', () => {
    const bad = { channels: 0, rate: -1, duration: 1, dt: 1e-9, startTime: 0.5, seed: 0 };
    expect(reasons(bad)).toHaveLength(4);
    expect(reasons({ ...noise, duration: -1 })).toHaveLength(1);
    expect(reasons({ ...noise, duration: Number.NaN })).toHaveLength(1);
  });

  it('answers for widths of bins that floating point cannot tell from nothing or everything', () => {
    const wide = (dt: number) => poissonRaster({ channels: 1, rate: 0, duration: 1, dt, seed: 1 });
    expect(() => wide(1e-300)).toThrow(InvalidArgumentError);
    expect([wide(1e303).steps, wide(1e308).steps]).toEqual([0, 0]);
  });
});
