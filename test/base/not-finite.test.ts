import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstNotFinite } from '#src/matrix';

describe('firstNotFinite', () => {
  it('finds the first of any values, wherever it stands', () => {
    const value = fc.oneof(
      { weight: 20, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
      { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), (values) => {
        expect(firstNotFinite(Float64Array.from(values))).toBe(
          values.findIndex((each) => !Number.isFinite(each)),
        );
      }),
    );
  });

  it('takes finite values whose sum is none', () => {
    expect(firstNotFinite(new Float64Array(64).fill(Number.MAX_VALUE))).toBe(-1);
    expect(firstNotFinite(Float64Array.of(1e308, 1e308, Infinity, -Infinity))).toBe(2);
  });
});
