import { describe, expect, it } from 'vitest';
import { bars } from '#cli/inspect/bars';

describe('bars', () => {
  it('counts every value once, in few bins', () => {
    const lines = bars([1, 1, 1, 2, 64]);
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines.map((line) => Number(line.split(' ').at(-1))).reduce((a, b) => a + b)).toBe(5);
    expect(lines[0]).toBe(`  1…6 ${'█'.repeat(32)} 4`);
    expect(bars([])).toEqual([]);
    expect(bars([3])).toEqual([`3 ${'█'.repeat(32)} 1`]);
  });
});
