import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unwrapper, wrapPeriod, wrapTime } from '#src/devices/wrap';

const half = wrapPeriod / 2;
const start = fc.integer({ min: 0, max: 2 ** 50 });
const steps = fc.array(
  fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: half - 1 }), fc.constantFrom(0, half - 1)),
  { maxLength: 50 },
);

describe('wrapTime', () => {
  it('keeps the low 32 bits of any time', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (time) => {
        const wrapped = wrapTime(time);
        expect(wrapped).toBe(Number(BigInt.asUintN(32, BigInt(time))));
      }),
    );
  });
});

describe('unwrapper', () => {
  it('brings back every series that never steps by half a period or more', () => {
    fc.assert(
      fc.property(start, steps, (first, given) => {
        const clock = unwrapper(first);
        let time = first;
        for (const step of given) {
          time += step;
          expect(clock.unwrap(wrapTime(time))).toBe(time);
        }
        const turns =
          Math.floor(time / wrapPeriod) - Math.floor((first + (given[0] ?? 0)) / wrapPeriod);
        expect(clock.wraps).toBe(given.length === 0 ? 0 : turns);
      }),
    );
  });

  it('takes the first timestamp as it stands where nothing is known', () => {
    fc.assert(
      fc.property(fc.nat(wrapPeriod - 1), steps, (first, given) => {
        const clock = unwrapper();
        expect(clock.unwrap(first)).toBe(first);
        let time = first;
        for (const step of given) {
          time += step;
          expect(clock.unwrap(wrapTime(time))).toBe(time);
        }
      }),
    );
  });

  it('bears events that come a little out of order, across the wrap as well', () => {
    const jitter = fc.array(fc.integer({ min: -50_000, max: 50_000 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.integer({ min: wrapPeriod, max: 2 ** 45 }), jitter, (around, given) => {
        const clock = unwrapper(around);
        for (const offset of given) {
          expect(clock.unwrap(wrapTime(around + offset))).toBe(around + offset);
        }
      }),
    );
  });

  it('counts each wrap once', () => {
    const clock = unwrapper();
    const seen = [wrapPeriod - 1, 4, wrapPeriod - 3, 5, 2 ** 31, wrapPeriod - 1, 0].map((time) => [
      clock.unwrap(time),
      clock.wraps,
    ]);
    expect(seen).toEqual([
      [wrapPeriod - 1, 0],
      [wrapPeriod + 4, 1],
      [wrapPeriod - 3, 1],
      [wrapPeriod + 5, 1],
      [wrapPeriod + 2 ** 31, 1],
      [2 * wrapPeriod - 1, 1],
      [2 * wrapPeriod, 2],
    ]);
  });
});
