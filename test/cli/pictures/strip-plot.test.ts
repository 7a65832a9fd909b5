import { describe, expect, it } from 'vitest';
import { stripPlot } from '#cli/pictures/index';
import { countMarks, textsOf, unbalancedTags } from './marks.ts';

describe('stripPlot', () => {
  it('draws a band for each run of numbers, row by row', () => {
    const svg = stripPlot({
      title: 'tags <1>',
      xLabel: 'tag',
      count: 2048,
      series: ['both', 'heard'],
      strips: [
        { label: 'core 0', marks: [[0, 1, 2, 9], [100]] },
        { label: 'core 1', marks: [[], [2047]] },
      ],
    });
    expect(unbalancedTags(svg)).toEqual([]);
    expect(countMarks(svg, 'fill="#0072b2"')).toBe(2);
    expect(countMarks(svg, 'fill="#d55e00"')).toBe(2);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['core 0', 'core 1', 'both', 'tag']));
  });

  it('survives having nothing to draw', () => {
    const svg = stripPlot({ title: 't', xLabel: 'x', count: 8, series: ['a'], strips: [] });
    expect(unbalancedTags(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
