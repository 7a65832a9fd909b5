import { describe, expect, it } from 'vitest';
import { weightPlot } from '#cli/pictures/index';
import { countMarks, textsOf, unbalancedTags } from './marks.ts';

const matrix = (rows: number, columns: number) =>
  Array.from({ length: rows }, (_, pre) =>
    Array.from({ length: columns }, (_, post) => Math.sin(pre * 7 + post * 3)),
  );
const quantise = (rows: readonly (readonly number[])[]) =>
  rows.map((row) => row.map((weight) => Math.round(weight * 4) / 4));

describe('weightPlot', () => {
  it.each([
    [62, 2],
    [64, 64],
  ])('draws every weight of %i by %i twice as a cell and once as a dot', (rows, columns) => {
    const before = matrix(rows, columns);
    const svg = weightPlot({ title: 'w', before, after: quantise(before), labels: ['a', 'b'] });
    expect(unbalancedTags(svg)).toEqual([]);
    expect(countMarks(svg, 'shape-rendering="crispEdges"')).toBe(2 * rows * columns);
    expect(countMarks(svg, 'stroke-linecap="round"')).toBe(rows * columns);
    expect(textsOf(svg)).toContain('9 distinct values after');
  });

  it('gives equal weights of opposite sign the ends of the same scale', () => {
    const svg = weightPlot({ title: 'w', before: [[-1, 0, 1]], after: [[-1, 0, 1]] });
    for (const colour of ['#053061', '#f7f7f7', '#67001f']) {
      expect(countMarks(svg, `fill="${colour}" shape-rendering`)).toBe(2);
    }
  });

  it('survives empty matrices, equal weights and weights that are not finite', () => {
    for (const weights of [[], [[]], [[0, 0]], [[Number.NaN, 1]]]) {
      const svg = weightPlot({ title: 'w', before: weights, after: weights });
      expect(unbalancedTags(svg)).toEqual([]);
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });
});
