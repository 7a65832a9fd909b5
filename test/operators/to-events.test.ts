import { of } from 'rxjs';
import { channels, DataError, type SpikeRaster, spikeRaster, toEvents } from 'spikeline';
import { emptyPacket, rasterToEvents } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { marbles, operatorCases } from '#test/support/cases';
import { chunk } from '#test/support/rasters';
import { watch } from '#test/support/watch';

operatorCases('toEvents', toEvents, chunk);

describe('toEvents', () => {
  it('spreads a count over its bin', () => {
    const raster = spikeRaster({ channels: 2, dt: 1e-3, startTime: 7000, counts: [0, 2, 1, 0] });
    const { values } = watch(of(raster).pipe(toEvents()));
    expect(values).toEqual([
      {
        timestamps: Float64Array.of(7000, 7500, 8000),
        addresses: Uint32Array.of(1, 1, 0),
        space: channels(2),
        until: 9000,
      },
    ]);
  });

  it('gives an empty packet for silence, so that time is seen to pass', () => {
    const silence = spikeRaster({ channels: 2, dt: 1e-3, counts: { steps: 4 } });
    const { values } = watch(of(silence).pipe(toEvents()));
    expect(values).toEqual([emptyPacket(channels(2), 4000)]);
  });

  const bad: Record<string, SpikeRaster> = {
    'a start that is no number': { ...chunk(1), startTime: Number.NaN },
    'a dt that is no number': { ...chunk(1), dt: Number.NaN },
    'fewer counts than bins': { ...chunk(1), counts: Uint32Array.of(1, 1, 1) },
    'more counts than bins': { ...chunk(1), counts: Uint32Array.of(1, 1, 1, 1, 1) },
  };
  for (const [title, raster] of Object.entries(bad)) {
    it(`errors on ${title}, after what was good, and leaves the source`, () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('-a-b-a|', { a: chunk(0), b: raster });
        const first = rasterToEvents(chunk(0));
        expectObservable(source.pipe(toEvents())).toBe('-x-#', { x: first }, expect.any(DataError));
        expectSubscriptions(source.subscriptions).toBe('^--!');
      });
    });
  }
});
