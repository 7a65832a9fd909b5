import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEdge, microseconds, stepAt, stepsIn, tickOf, tickWidth } from '#src/events/ticks';

/** Widths that users have, seconds, with the microseconds that they mean, as a fraction. */
const widths: readonly (readonly [dt: number, micros: number, steps: number])[] = [
  [1e-3, 1000, 1],
  [5e-4, 500, 1],
  [0.00051, 510, 1],
  [0.00203, 2030, 1],
  [0.000123, 123, 1],
  [1 / 30, 100_000, 3],
  [1 / 60, 50_000, 3],
  [1 / 1024, 15_625, 16],
  [1 / 3000, 1000, 3],
  [1 / 44_100, 10_000, 441],
  [1 / 48_000, 125, 6],
  [1 / 7, 1_000_000, 7],
  [2.5e-6, 5, 2],
  [1e-6, 1, 1],
  [1, 1_000_000, 1],
  [3600, 3_600_000_000, 1],
];

const width = fc.oneof(
  fc.constantFrom(...widths.map(([dt]) => dt)),
  fc
    .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 1000 }))
    .map(([micros, steps]) => Math.max(1, micros / steps) * 1e-6),
);

describe('a width of a bin', () => {
  it.each(widths)('of %s s is %s µs in %s bins', (dt, micros, steps) => {
    expect(tickWidth(dt)).toEqual({ micros, steps });
  });

  it('is the fraction that was meant, whatever floating point made of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: 1, max: 1000 }),
        (p, q) => {
          const { micros, steps } = tickWidth(p / q / 1e6);
          expect(micros * q).toBe(p * steps);
        },
      ),
    );
  });
});

describe('the edges of bins', () => {
  it('lie at round(k·dt), in whole numbers as large as they come', () => {
    fc.assert(
      fc.property(width, fc.integer({ min: 0, max: 2 ** 40 }), (dt, step) => {
        const { micros, steps } = tickWidth(dt);
        const wanted = (2n * BigInt(step) * BigInt(micros) + BigInt(steps)) / (2n * BigInt(steps));
        fc.pre(wanted < 2n ** 53n);
        expect(tickOf(step, { micros, steps })).toBe(Number(wanted));
      }),
    );
  });

  it('put each tick into one bin', () => {
    fc.assert(
      fc.property(width, fc.integer({ min: 0, max: 2 ** 51 }), (dt, time) => {
        const w = tickWidth(dt);
        const step = stepAt(time, w);
        expect(tickOf(step, w)).toBeLessThanOrEqual(time);
        expect(tickOf(step + 1, w)).toBeGreaterThan(time);
      }),
    );
  });

  it('are known as such', () => {
    const w = tickWidth(1 / 3000);
    expect([0, 333, 334, 667, 1000].map((time) => isEdge(time, w))).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
  });

  it('also lie before time 0', () => {
    const w = tickWidth(1 / 3000);
    expect([-3, -2, -1].map((step) => tickOf(step, w))).toEqual([-1000, -667, -333]);
    expect(stepAt(-1, w)).toBe(-1);
  });
});

describe('whole steps', () => {
  it('are n for n·dt, whatever floating point made of it', () => {
    fc.assert(
      fc.property(width, fc.integer({ min: 0, max: 1_000_000 }), (dt, n) => {
        expect(stepsIn(n * dt, dt)).toBe(n);
      }),
    );
  });

  it('are the nearest; halves round up', () => {
    expect(stepsIn(0.0149, 0.01)).toBe(1);
    expect(stepsIn(0.015, 0.01)).toBe(2);
    expect(stepsIn(0.00255, 0.00051)).toBe(5);
    expect(stepsIn(0.045, 0.03)).toBe(2);
  });
});

describe('whole microseconds', () => {
  it('are the nearest', () => {
    expect(microseconds(0.00051)).toBe(510);
    expect(microseconds(1 / 3)).toBe(333_333);
    expect(microseconds(-2.5e-6)).toBe(-3);
    expect(microseconds(1.6e9)).toBe(1.6e15);
  });
});
