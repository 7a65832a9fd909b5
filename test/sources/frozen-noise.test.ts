import { frozenNoise, InvalidArgumentError, poissonRaster, type SpikeRaster } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { marbles } from '#test/support/cases';
import { cut } from '#test/support/rasters';
import { settled, TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const config = { channels: 4, rate: 100, duration: 0.05, seed: 3 };

async function only(source: ReturnType<typeof frozenNoise>): Promise<SpikeRaster> {
  const seen = watch(source);
  await settled();
  expect([seen.values.length, seen.ended]).toEqual([1, 'completed']);
  return seen.values[0]!;
}

describe('frozenNoise', () => {
  it('is the same each time, and the pattern that poissonRaster draws', async () => {
    const first = await only(frozenNoise(config));
    expect(await only(frozenNoise(config))).toEqual(first);
    expect(first).toEqual(poissonRaster({ ...config, labels: ['frozen', 0] }));
    expect(first.steps).toBe(50);
  });

  it('has another pattern for each number and each seed', async () => {
    const patterns = await Promise.all([
      only(frozenNoise(config)),
      only(frozenNoise({ ...config, pattern: 1 })),
      only(frozenNoise({ ...config, pattern: 2 })),
      only(frozenNoise({ ...config, seed: 4 })),
    ]);
    expect(new Set(patterns.map(({ counts }) => [...counts].join(''))).size).toBe(4);
  });

  it('is the same pattern in chunks, in time', async () => {
    const whole = await only(frozenNoise(config));
    marbles(({ expectObservable }, clock) => {
      const [a, b, c] = cut(whole, [20, 20]);
      const source = frozenNoise({ ...config, chunkSteps: 20, clock });
      expectObservable(source).toBe('20ms a 19ms b 9ms (c|)', { a, b, c });
      expectObservable(source, '30ms !').toBe('20ms a', { a });
    });
  });

  it('leaves no timer when it is unsubscribed', () => {
    const clock = new TestClock();
    const seen = watch(frozenNoise({ ...config, chunkSteps: 5, clock }));
    clock.advance(12);
    seen.unsubscribe();
    expect([seen.values.length, clock.waiting]).toEqual([2, 0]);
  });

  it('refuses all that is wrong with it at once, when it is built', () => {
    const build = () => frozenNoise({ ...config, channels: 0, rate: Number.NaN, chunkSteps: 0 });
    expect(build).toThrow(InvalidArgumentError);
    for (const part of ['channels is 0', 'rate is NaN', 'chunkSteps is 0']) {
      expect(build).toThrow(part);
    }
    expect(() => frozenNoise({ ...config, duration: Number.POSITIVE_INFINITY })).toThrow(
      InvalidArgumentError,
    );
  });
});
