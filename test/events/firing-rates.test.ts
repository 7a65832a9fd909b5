import { firingRateRatio, InvalidArgumentError, spikeRaster } from 'spikeline';
import { inTurn } from 'spikeline/events';
import { describe, expect, it } from 'vitest';

describe('firingRateRatio', () => {
  it('compares a neuron with the fastest of the others, or the fastest with the slowest', () => {
    expect(firingRateRatio([10, 40], 1)).toBe(4);
    expect(firingRateRatio([10, 40], 0)).toBe(0.25);
    expect(firingRateRatio([30, 40, 20], 0)).toBe(0.75);
    expect(firingRateRatio([30, 40, 20])).toBe(2);
  });

  it('is even among silent neurons, and infinite over them', () => {
    expect(firingRateRatio([0, 0], 1)).toBe(1);
    expect(firingRateRatio([0, 0, 0])).toBe(1);
    expect(firingRateRatio([0, 5], 1)).toBe(Number.POSITIVE_INFINITY);
    expect(firingRateRatio([0, 5])).toBe(Number.POSITIVE_INFINITY);
    expect(firingRateRatio([0, 5], 0)).toBe(0);
  });

  it('refuses junk with all problems', () => {
    const paths = (rates: unknown, neuron?: unknown): string[] => {
      try {
        firingRateRatio(rates as number[], neuron as number);
      } catch (cause) {
        if (cause instanceof InvalidArgumentError) return cause.problems.map(({ path }) => path);
        throw cause;
      }
      return [];
    };
    expect(paths([1, -1, Number.NaN, '2'], 4)).toEqual([
      'rates[1]',
      'rates[2]',
      'rates[3]',
      'neuron',
    ]);
    for (const junk of [undefined, null, 3, 'no', {}, [], [1]])
      expect(paths(junk)).toEqual(['rates']);
  });
});

describe('rasters in turn', () => {
  it('begin one after the other, each after a silence', () => {
    const raster = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0] });
    const placed = inTurn([raster, { ...raster, startTime: 7 }, raster], 500);
    expect(placed.map(({ startTime }) => startTime)).toEqual([0, 2500, 5000]);
    expect(inTurn([raster, raster])[1]!.startTime).toBe(202_000);
  });
});
