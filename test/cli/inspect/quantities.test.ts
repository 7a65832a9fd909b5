import { describe, expect, it } from 'vitest';
import { engineering, ranges } from '#cli/inspect/quantities';

describe('engineering', () => {
  it.each([
    [5.318e-12, 'A', '5.32 pA'],
    [0.0202, 's', '20.2 ms'],
    [9.996e-7, 's', '1 µs'],
    [1, 's', '1 s'],
    [-2e-8, 'A', '-20 nA'],
    [0, 'A', '0 A'],
    [Number.POSITIVE_INFINITY, 's', '∞ s'],
    [3e-20, 'A', '0.03 aA'],
  ])('writes %d %s as %s', (value, unit, text) => {
    expect(engineering(value, unit)).toBe(text);
  });
});

describe('ranges', () => {
  it('writes neighbours together and counts the parts of a long list', () => {
    expect(ranges([])).toBe('');
    expect(ranges([0, 1, 2, 5, 7, 8])).toBe('0…2, 5, 7…8');
    const odd = Array.from({ length: 20 }, (_, i) => 2 * i + 1);
    expect(ranges(odd)).toBe('1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 8 more');
  });
});
