import fc from 'fast-check';
import { from, lastValueFrom, take, toArray } from 'rxjs';
import { fromRaster, InvalidArgumentError, type SpikeRaster, spikeRaster } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { marbles } from '#test/support/cases';
import { cut, join, rasters } from '#test/support/rasters';
import { runs } from '#test/support/runs';
import { settled, TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const raster = spikeRaster({
  channels: 2,
  dt: 1e-3,
  startTime: 500,
  counts: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
});
const [a, b, c] = cut(raster, [2, 2]);

describe('fromRaster', () => {
  it('gives the whole raster at once where no chunks are asked for', async () => {
    const seen = watch(fromRaster(raster));
    await settled();
    expect(seen.values).toEqual([raster]);
    expect(seen.ended).toBe('completed');
  });

  it('gives chunks that join to the raster again, whatever their size', async () => {
    const input = fc.tuple(rasters({}), fc.integer({ min: 1, max: 50 }));
    await fc.assert(
      fc.asyncProperty(input, async ([given, chunkSteps]) => {
        const chunks = await lastValueFrom(fromRaster(given, { chunkSteps }).pipe(toArray()));
        expect(chunks).toHaveLength(Math.ceil(given.steps / chunkSteps));
        expect(join(chunks)).toEqual(given);
        expect(chunks.slice(0, -1).every(({ steps }) => steps === chunkSteps)).toBe(true);
      }),
      { numRuns: runs(50) },
    );
  });

  it('is empty where the raster is', async () => {
    const none = spikeRaster({ channels: 2, dt: 1e-3, counts: [] });
    const clock = new TestClock();
    for (const config of [{}, { clock }]) {
      const seen = watch(fromRaster(none, config));
      await settled();
      expect([seen.values, seen.ended]).toEqual([[], 'completed']);
    }
  });

  it('keeps time: each chunk comes when its last bin is over', () => {
    marbles(({ expectObservable }, clock) => {
      const source = fromRaster(raster, { chunkSteps: 2, clock });
      expectObservable(source).toBe('--a-b(c|)', { a, b, c });
      expectObservable(source, '---!').toBe('--a-', { a });
      expectObservable(source.pipe(take(2))).toBe('--a-(b|)', { a, b });
      // The same for one who comes later.
      expectObservable(source, '-----^').toBe('-------a-b(c|)', { a, b, c });
    });
  });

  it('does not drift when its clock comes late, and leaves no timer', () => {
    const clock = new TestClock(1000);
    const times: number[] = [];
    const subscription = fromRaster(raster, { chunkSteps: 1, clock }).subscribe(() =>
      times.push(clock.now()),
    );
    clock.advance(1.5);
    clock.stall(2);
    clock.advance(0.6);
    expect(times).toEqual([1001, 1003.5, 1003.5, 1004]);
    subscription.unsubscribe();
    expect(clock.waiting).toBe(0);
  });

  it('takes as many chunks as there are', () => {
    const long = spikeRaster({ channels: 1, dt: 1e-3, counts: { steps: 150_000 } });
    const clock = new TestClock();
    let chunks = 0;
    const subscription = fromRaster(long, { chunkSteps: 1, clock }).subscribe(() => chunks++);
    clock.advance(1000);
    expect(chunks).toBe(1000);
    subscription.unsubscribe();
    expect(clock.waiting).toBe(0);
  });

  it('stops when it is unsubscribed early', async () => {
    const seen = watch(fromRaster(raster, { chunkSteps: 1 }).pipe(take(2)));
    await settled();
    expect([seen.values.length, seen.ended]).toEqual([2, 'completed']);
    const none = watch(fromRaster(raster));
    none.unsubscribe();
    await settled();
    expect(none.values).toEqual([]);
  });

  it('refuses what cannot be replayed, with all reasons', () => {
    for (const chunkSteps of [0, -1, 1.5, Number.NaN]) {
      expect(() => fromRaster(raster, { chunkSteps })).toThrow(InvalidArgumentError);
      expect(() => fromRaster(raster, { chunkSteps })).toThrow(`chunkSteps is ${chunkSteps}`);
    }
    const bad: SpikeRaster = {
      ...raster,
      startTime: Number.NaN,
      dt: 0,
      counts: new Uint32Array(3),
    };
    const build = () => fromRaster(bad, { chunkSteps: 0 });
    for (const part of ['startTime is NaN', 'dt is 0', 'counts.length is 3', 'chunkSteps is 0']) {
      expect(build).toThrow(part);
    }
  });

  it('gives a reader that is behind all chunks, in order', async () => {
    const seen = watch(from(fromRaster(raster, { chunkSteps: 2 })));
    await settled();
    expect(seen.values).toEqual([a, b, c]);
  });
});
