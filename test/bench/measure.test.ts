import { describe, expect, it } from 'vitest';
import { inTurn, ratios, sample, slowdown } from '#bench/measure';
import { missed, reaches, row, table } from '#bench/rows';

describe('bench rows', () => {
  it('say whether a goal is reached, and leave open what has none or was not measured', () => {
    expect(reaches(3, '>= 3')).toBe(true);
    expect(reaches(2.9, '>= 3')).toBe(false);
    expect(reaches(0.2, '<= 0.25')).toBe(true);
    expect(reaches(Number.NaN, '<= 0.25')).toBe(false);
    expect(reaches(null, '<= 0.25')).toBeNull();
    expect(reaches(1, null)).toBeNull();
    expect(row('a.b', 4, 's', '<= 3', { n: 2 })).toEqual({
      ...{ name: 'a.b', value: 4, unit: 's', goal: '<= 3', met: false, n: 2 },
    });
    expect(missed(row('a.b', 4, 's', '<= 3'))).toBe(true);
    expect(missed(row('a.b', null, 's', '<= 3'))).toBe(false);
  });

  it('are laid out under the names of all their fields', () => {
    const [heading, first, second] = table([
      row('one', 1.23456, 's', null, { n: 2 }),
      row('two', null, 's', '<= 3', { jax: '0.4' }),
    ]).split('\n');
    expect(heading!.trim().split(/ +/)).toEqual([
      'name',
      'value',
      'unit',
      'goal',
      'met',
      'n',
      'jax',
    ]);
    expect(first).toMatch(/^one +1\.23 +s +– +– +2 +–$/);
    expect(second).toMatch(/^two +– +s +<= 3 +– +– +0\.4$/);
  });
});

describe('measuring', () => {
  it('divides what was measured in the same round', () => {
    const { median, low, high, values } = ratios(sample([6, 20, 3]), sample([2, 4, 3]));
    expect(values).toEqual([3, 5, 1]);
    expect({ median, low, high }).toEqual({ median: 3, low: 1, high: 5 });
  });

  it('takes turns, lets the first round warm up, and leaves out what is not there', async () => {
    const turns: string[] = [];
    const run = (name: string) => () => turns.push(name);
    const found = await inTurn<'a', 'b' | 'c'>({ a: run('a'), b: undefined, c: run('c') }, 3);
    expect(turns.join('')).toBe('acacacac');
    expect(found.a).toEqual(sample([3, 5, 7]));
    expect(found.b).toBeUndefined();
    expect(found.c?.median).toBe(6);
  });

  it('tells a slowdown with its interval', () => {
    const pairs = [1.01, 1.03, 0.99, 1.02, 1, 1.04, 1.01, 0.98, 1.02, 1].map(
      (now) => [now, 1] as const,
    );
    // By hand, with t(9, 0.975) = 2.26216.
    const { factor, low, high } = slowdown(pairs);
    expect(factor).toBeCloseTo(1.00985, 4);
    expect(low).toBeCloseTo(0.99698, 3);
    expect(high).toBeCloseTo(1.02288, 3);
  });
});
