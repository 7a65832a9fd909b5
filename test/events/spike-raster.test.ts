import fc from 'fast-check';
import { channelCounts, channelRates, type SpikeRasterConfig, spikeRaster } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { gridProblems } from '#src/events/spike-raster';
import { reasonsOf } from './reasons.ts';

const reasons = (config: SpikeRasterConfig): readonly string[] =>
  reasonsOf(() => spikeRaster(config));

describe('spikeRaster', () => {
  it('counts its steps and copies its counts', () => {
    const counts = new Uint32Array([0, 1, 2, 3, 4, 2 ** 32 - 1]);
    const raster = spikeRaster({ channels: 2, dt: 1e-3, counts });
    counts.fill(9);
    expect(raster).toEqual({
      steps: 3,
      channels: 2,
      dt: 1e-3,
      startTime: 0,
      counts: new Uint32Array([0, 1, 2, 3, 4, 2 ** 32 - 1]),
    });
  });

  it('makes a silent raster of so many steps', () => {
    const raster = spikeRaster({ channels: 3, dt: 1e-3, startTime: -7, counts: { steps: 4 } });
    expect(raster).toMatchObject({ steps: 4, startTime: -7 });
    expect(Array.from(raster.counts)).toEqual(new Array(12).fill(0));
    expect(spikeRaster({ channels: 3, dt: 1e-3, counts: { steps: 0 } }).counts).toHaveLength(0);
  });

  it.each([-1, 0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s steps', (steps) => {
    expect(reasons({ channels: 2, dt: 1e-3, counts: { steps } })).toEqual([
      expect.stringContaining(`steps is ${steps}`),
    ]);
  });

  it.each([
    ['half a row', { channels: 2, dt: 1e-3, counts: [0, 1, 2] }, /steps is 1\.5/],
    ['no channels', { channels: 0, dt: 1e-3, counts: { steps: 1 } }, /channels is 0/],
    ['half a channel', { channels: 0.5, dt: 1e-3, counts: [1] }, /channels is 0\.5/],
    ['a bin below a microsecond', { channels: 1, dt: 9.9e-7, counts: [1] }, /dt is 9\.9e-7/],
    ['an endless bin', { channels: 1, dt: Number.POSITIVE_INFINITY, counts: [1] }, /dt is Inf/],
    ['a fraction of a microsecond', { channels: 1, dt: 1, startTime: 0.5, counts: [1] }, /startT/],
    ['a negative count', { channels: 1, dt: 1, counts: [-1] }, /counts\[0\] is -1; whole/],
    ['half a count', { channels: 1, dt: 1, counts: [0.5] }, /counts\[0\] is 0\.5; whole/],
    [
      'a count above 32 bits',
      { channels: 1, dt: 1, counts: [2 ** 32] },
      /counts\[0\] is 4294967296; whole/,
    ],
  ])('refuses %s', (_, config, reason) => {
    expect(reasons(config)).toEqual([expect.stringMatching(reason)]);
  });

  it('lists every mistake at once', () => {
    const config = { channels: 2, dt: 0, startTime: 0.5, counts: [1, -1, 0] };
    expect(reasons(config)).toHaveLength(4);
    expect(
      gridProblems({ steps: -1, channels: 0, dt: Number.NaN, startTime: 2 ** 53 }),
    ).toHaveLength(4);
  });
});

describe('channelCounts and channelRates', () => {
  it('add up each channel', () => {
    const raster = spikeRaster({ channels: 2, dt: 5e-3, counts: [1, 0, 3, 2, 0, 0, 0, 1] });
    expect(channelCounts(raster)).toEqual([4, 3]);
    expect(channelRates(raster)).toEqual([4 / 0.02, 3 / 0.02]);
  });

  it('lose nothing', () => {
    const rows = fc
      .integer({ min: 1, max: 5 })
      .chain((channels) =>
        fc.tuple(
          fc.constant(channels),
          fc.array(fc.array(fc.nat(9), { minLength: channels, maxLength: channels })),
        ),
      );
    fc.assert(
      fc.property(rows, ([channels, given]) => {
        const raster = spikeRaster({ channels, dt: 1e-3, counts: given.flat() });
        const wanted = Array.from({ length: channels }, (_, c) =>
          given.reduce((sum, row) => sum + row[c]!, 0),
        );
        expect(channelCounts(raster)).toEqual(wanted);
      }),
    );
  });
});
