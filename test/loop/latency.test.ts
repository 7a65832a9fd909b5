import fc from 'fast-check';
import { delay, from, lastValueFrom, map, Subject } from 'rxjs';
import { InvalidArgumentError } from 'spikeline';
import { latencyMeter } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';

describe('a latency meter', () => {
  it('gives quantiles to three digits, as sorting would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, share) => {
          const meter = latencyMeter();
          for (const value of values) meter.record(value);
          const sorted = values.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)]!;
          expect(Math.abs(meter.quantile(share) - exact)).toBeLessThanOrEqual(exact / 1000 + 1e-3);
          const { count, max, min, mean } = meter.summary;
          expect([count, max, min]).toEqual([sorted.length, sorted.at(-1), sorted[0]]);
          const sum = sorted.reduce((total, value) => total + value, 0);
          expect(Math.abs(mean - sum / count)).toBeLessThanOrEqual(1e-9 * sum);
          const bins = meter.bins(5);
          expect(bins.reduce((total, bin) => total + bin.count, 0)).toBe(count);
        },
      ),
    );
  });

  it('refuses shares and bins that there are not', () => {
    const meter = latencyMeter();
    for (const microseconds of [5, 50_000]) meter.record(microseconds);
    for (const share of [-0.1, 1.1, Number.NaN, '0.5' as never]) {
      expect(() => meter.quantile(share)).toThrow(InvalidArgumentError);
    }
    for (const perDecade of [0, -1, 0.5, 1001, 1e9, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => meter.bins(perDecade)).toThrow(InvalidArgumentError);
    }
    expect(meter.bins(1000).reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  it('measures between two places, the first out being the first in', async () => {
    const clock = new TestClock();
    const meter = latencyMeter({ clock });
    const input = new Subject<number>();
    input.pipe(meter.start(), delay(5, clock), meter.stop()).subscribe();
    input.next(1);
    clock.advance(2);
    input.next(2);
    expect(meter.open).toBe(2);
    clock.advance(10);
    expect(meter.summary).toMatchObject({ count: 2, min: 5000, max: 5000 });
    expect([meter.open, meter.losses.total]).toEqual([0, 0]);
  });

  it('tells items apart by their keys, whatever their order', () => {
    const clock = new TestClock();
    const meter = latencyMeter({ clock });
    meter.begin('a');
    clock.advance(1);
    meter.begin('b');
    clock.advance(1);
    meter.end('b');
    clock.advance(7);
    meter.end('a');
    expect(meter.summary).toMatchObject({ min: 1000, max: 9000 });
    meter.end('a');
    meter.begin('c');
    meter.begin('c');
    expect({ ...meter.losses.byReason }).toEqual({ unasked: 1, unanswered: 1 });
  });

  it('gives up the oldest of too many, and counts them', () => {
    const clock = new TestClock();
    const meter = latencyMeter({ clock, most: 100 });
    for (let k = 0; k < 250; k++) {
      meter.begin();
      clock.advance(1);
    }
    expect([meter.open, meter.losses.byReason['unanswered']]).toEqual([100, 150]);
    meter.end();
    expect(meter.summary.max).toBe(100_000);
    meter.reset();
    expect([meter.open, meter.summary.count, meter.summary.p99]).toEqual([0, 0, 0]);
  });

  it('counts what is no time as none, and what is too long as an hour', () => {
    const meter = latencyMeter();
    meter.record(-5);
    meter.record(Number.POSITIVE_INFINITY);
    expect(meter.summary).toMatchObject({ count: 2, min: 0, max: 3600e6 });
  });

  it('ends a stream whose key cannot be read', async () => {
    const meter = latencyMeter();
    const failing = from([1]).pipe(
      meter.start(() => {
        throw new Error('no key');
      }),
      map((x) => x),
    );
    await expect(lastValueFrom(failing)).rejects.toThrow('no key');
  });

  it('refuses what it cannot be made of', () => {
    expect(() => latencyMeter({ most: 0, clock: 1, losses: 2, x: 1 } as never)).toThrow(
      InvalidArgumentError,
    );
  });
});
