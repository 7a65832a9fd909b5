import { lastValueFrom, take, toArray } from 'rxjs';
import { channelCounts, DataError, InvalidArgumentError } from 'spikeline';
import { series } from 'spikeline/events';
import { fromSeries } from 'spikeline/sources';
import { describe, expect, it } from 'vitest';
import { join } from '#test/support/rasters';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const all = async (...given: Parameters<typeof fromSeries>) =>
  join(await lastValueFrom(fromSeries(...given).pipe(toArray())));

describe('fromSeries', () => {
  it('holds each sample until the next, whatever the chunks', async () => {
    const samples = series([1500, 3000, 9000], [0, 5, Number.NaN, 7, 2, 0], 2, 12_000);
    for (const chunkSteps of [1, 4, 100]) {
      const raster = await all(samples, { delta: { threshold: 1 }, chunkSteps });
      expect([raster.startTime, raster.steps, raster.channels]).toEqual([1000, 11, 4]);
      expect(channelCounts(raster)).toEqual([2, 2, 0, 7]);
      // Channel 1 rises from 5 to 7 at 3 ms, the third bin; at 9 ms channel 0 rises to 2.
      expect(raster.counts[2 * 4 + 1]).toBe(2);
      expect(raster.counts[8 * 4]).toBe(2);
    }
  });

  it('makes rates of values on a grid', async () => {
    const values = Float64Array.from({ length: 200 }, (_, i) => (i < 100 ? 1 : 2));
    const raster = { steps: 200, channels: 1, dt: 5e-3, startTime: 0, values };
    const rate = { range: [0, 2] as const, neurons: 2, rate: 100 };
    const source = fromSeries(raster, { rate });
    const spikes = join(await lastValueFrom(source.pipe(toArray())));
    expect([spikes.dt, ...channelCounts(spikes)]).toEqual([5e-3, 75, 75]);
    expect(source.losses.total).toBe(0);
  });

  it('asks a function, without end, and keeps time', async () => {
    const clock = new TestClock();
    const seen = watch(
      fromSeries((seconds) => [seconds, -seconds], {
        delta: { threshold: 0.05 },
        chunkSteps: 50,
        clock,
      }),
    );
    clock.advance(149);
    expect(seen.values).toHaveLength(2);
    clock.advance(1);
    expect(seen.values.map(channelCounts)).toEqual([
      [0, 0, 0, 0],
      [1, 0, 0, 1],
      [1, 0, 0, 1],
    ]);
    seen.unsubscribe();
    expect(clock.waiting).toBe(0);
    const fast = fromSeries(() => 0, { rate: { range: [0, 1], neurons: 1, rate: 1 } });
    expect(await lastValueFrom(fast.pipe(take(3), toArray()))).toHaveLength(3);
  });

  it('passes on what a function throws, and refuses what cannot be', async () => {
    const broken = () => {
      throw new Error('no sensor');
    };
    await expect(lastValueFrom(fromSeries(broken, { delta: { threshold: 1 } }))).rejects.toThrow(
      'no sensor',
    );
    expect(() => fromSeries(() => 1, {})).toThrow('either delta or rate');
    for (const given of [
      { delta: { threshold: 1 }, chunkSteps: 1e12 },
      { rate: { range: [0, 1] as const, neurons: 2 ** 20, rate: 1 } },
    ]) {
      await expect(lastValueFrom(fromSeries(() => 1, given))).rejects.toThrow(DataError);
    }
    expect(() => fromSeries(() => 1, { delta: {} as never })).toThrow(InvalidArgumentError);
    expect(() => fromSeries(3 as never, { delta: { threshold: 1 } })).toThrow('a series, a raster');
  });
});
