import { lastValueFrom, takeUntil, timer, toArray } from 'rxjs';
import { InvalidArgumentError, poisson, poissonRaster, type SpikeRaster } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { marbles } from '#test/support/cases';
import { settled, TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const config = { channels: 3, rate: 80, seed: 5 };

async function all(source: ReturnType<typeof poisson>): Promise<SpikeRaster[]> {
  const seen = watch(source.pipe(toArray()));
  for (let i = 0; i < 50 && seen.ended === 'no'; i++) await settled();
  expect(seen.ended).toBe('completed');
  return seen.values[0]!;
}

describe('poisson', () => {
  it('gives chunks that follow each other, the last one shorter', async () => {
    const chunks = await all(poisson({ ...config, duration: 0.25, startTime: 7 }));
    expect(chunks.map(({ startTime, steps }) => [startTime, steps])).toEqual([
      [7, 100],
      [100_007, 100],
      [200_007, 50],
    ]);
    for (const { channels, steps, counts, dt } of chunks) {
      expect([channels, counts.length, dt]).toEqual([3, 3 * steps, 1e-3]);
    }
  });

  it('gives every subscription the same noise, other seeds and chunks another', async () => {
    const source = poisson({ ...config, duration: 0.3 });
    const first = await all(source);
    expect(await all(source)).toEqual(first);
    expect(first[1]!.counts).not.toEqual(first[0]!.counts);
    const other = await all(poisson({ ...config, duration: 0.3, seed: 6 }));
    expect(other[0]!.counts).not.toEqual(first[0]!.counts);
  });

  it('has the rate that was asked for', async () => {
    const chunks = await all(poisson({ ...config, duration: 20, chunkSteps: 5000 }));
    const spikes = chunks.flatMap(({ counts }) => [...counts]).reduce((a, b) => a + b, 0);
    // Three channels, 80 Hz, 20 s: 4800 ± 69; five sigma.
    expect(Math.abs(spikes - 4800)).toBeLessThan(5 * 69);
  });

  it('is empty where it has no length', async () => {
    expect(await all(poisson({ ...config, duration: 0 }))).toEqual([]);
  });

  it('draws nothing before it is subscribed, and leaves others room while it runs', async () => {
    const seen = watch(poisson({ ...config, duration: 0.2 }));
    expect(seen.values).toHaveLength(0);
    await settled();
    expect(seen.values).toHaveLength(2);
    expect(seen.ended).toBe('completed');
  });

  it('goes on without end until it is unsubscribed', async () => {
    const seen = watch(poisson(config));
    await settled();
    expect(seen.values.length).toBeGreaterThan(5);
    const { length } = seen.values;
    seen.unsubscribe();
    await settled();
    expect([seen.values.length, seen.ended]).toEqual([length, 'no']);
  });

  it('keeps time: each chunk comes when its last bin is over, then it completes', () => {
    marbles(({ expectObservable }, clock) => {
      const timed = { ...config, chunkSteps: 10, clock };
      const [a, b, c] = [0, 1, 2].map((index) => drawn(index, index === 2 ? 4 : 10));
      expectObservable(poisson({ ...timed, duration: 0.024 })).toBe('10ms a 9ms b 3ms (c|)', {
        a,
        b,
        c,
      });
      expectObservable(poisson({ ...timed, duration: 0.02 })).toBe('10ms a 9ms (b|)', { a, b });
      expectObservable(poisson({ ...timed, duration: 0 })).toBe('|');
      expectObservable(poisson(timed), '25ms !').toBe('10ms a 9ms b', { a, b });
    });
  });

  it('does not drift when its clock comes late', () => {
    const clock = new TestClock(50);
    const times: number[] = [];
    const source = poisson({ ...config, chunkSteps: 10, clock });
    const subscription = source.subscribe(() => times.push(clock.now()));
    clock.advance(15);
    clock.stall(18);
    clock.advance(30);
    expect(times).toEqual([60, 83, 83, 90, 100, 110]);
    subscription.unsubscribe();
    expect(clock.waiting).toBe(0);
  });

  it('leaves no timer when it is unsubscribed or has completed', () => {
    const clock = new TestClock();
    const seen = watch(poisson({ ...config, duration: 0.2, clock }));
    expect(clock.waiting).toBe(1);
    clock.advance(250);
    expect([seen.ended, clock.waiting]).toEqual(['completed', 0]);
    const left = watch(poisson({ ...config, duration: 0.2, clock }));
    clock.advance(120);
    left.unsubscribe();
    expect([left.values.length, clock.waiting]).toEqual([1, 0]);
  });

  it('refuses all that is wrong with it at once, when it is built', () => {
    const build = () => poisson({ channels: 0, rate: -1, dt: 0, seed: 0, chunkSteps: 1.5 });
    expect(build).toThrow(InvalidArgumentError);
    for (const part of ['channels is 0', 'rate is -1', 'dt is 0', 'chunkSteps is 1.5']) {
      expect(build).toThrow(part);
    }
    expect(() => poisson({ ...config, duration: Number.NaN })).toThrow(InvalidArgumentError);
    expect(() => poisson({ ...config, duration: -1 })).toThrow(InvalidArgumentError);
    expect(() => poisson({ ...config, startTime: Number.NaN })).toThrow('startTime is NaN');
  });
});

function drawn(index: number, steps: number): SpikeRaster {
  const startTime = index * 10_000;
  return poissonRaster({ ...config, duration: steps * 1e-3, startTime, labels: [index] });
}

describe('endless noise without a clock', () => {
  it('lets a timer stop it', async () => {
    const noise$ = poisson({ channels: 1, rate: 1, seed: 0 });
    const chunks = await lastValueFrom(noise$.pipe(takeUntil(timer(1)), toArray()));
    expect(chunks.length).toBeGreaterThan(1);
  });
});
