import { describe, expect, it } from 'vitest';
import { histogram } from '#cli/pictures/index';
import { countMarks, pathsWith, textsOf, unbalancedTags } from './marks.ts';

describe('histogram', () => {
  it('draws a bar for each bin that holds values, in one path per series', () => {
    const values = Array.from({ length: 100 }, (_, index) => (index < 50 ? 1 : 9));
    const svg = histogram({ title: 'h', xLabel: 'x', series: [{ label: 'a', values }] });
    expect(unbalancedTags(svg)).toEqual([]);
    expect(countMarks(svg, 'fill="#0072b2"')).toBe(2);
    expect(pathsWith(svg, 'fill="#0072b2"')).toHaveLength(1);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['number of values', 'a (n = 100)']));
    expect(textsOf(svg)).not.toContain('∞');
  });

  it('counts infinite values in bars of their own', () => {
    const series = [
      { label: 'a', values: [1, 2, null, null, Number.POSITIVE_INFINITY] },
      { label: 'b', values: [1, 2, 3, 4, null, Number.NaN] },
    ];
    const svg = histogram({ title: 'h', xLabel: 'x', series });
    const texts = textsOf(svg);
    const name = texts.indexOf('∞');
    expect(name).toBeGreaterThan(0);
    expect(svg.match(/<rect [^>]*fill-opacity[^>]*>/g)).toHaveLength(2);
    expect(texts).toEqual(expect.arrayContaining(['a (n = 5)', 'b (n = 5)', '3', '1']));
  });

  it('gives each whole number a bin of its own, in the middle of which it lies', () => {
    const draw = (values: number[]) =>
      histogram({ title: 'h', xLabel: 'x', series: [{ label: 'a', values }], whole: true });
    expect(textsOf(draw([42, 44])).slice(-8)).toEqual(expect.arrayContaining(['42', '43', '44']));
    expect(countMarks(draw([42, 44]), 'fill="#0072b2"')).toBe(2);
    expect(countMarks(draw([0, 1, 2, 3, 1000]), 'fill="#0072b2"')).toBe(2);
    expect(draw([])).not.toMatch(/NaN|Infinity/);
  });

  it('compares shares where the series differ in size', () => {
    const series = [
      { label: 'a', values: [1, 2] },
      { label: 'b', values: [1, 2, 3] },
    ];
    expect(textsOf(histogram({ title: 'h', xLabel: 'x', series }))).toContain(
      'share of values (%)',
    );
  });

  it('draws a dashed line and a label for each marker, also outside of the values', () => {
    const markers = [
      { label: 'chance <1>', value: 1 },
      { label: 'close', value: 1.1 },
      { label: 'far', value: 50 },
    ];
    const svg = histogram({ title: 'h', xLabel: 'x', series: [], markers });
    expect(svg.match(/<line [^>]*stroke-dasharray/g)).toHaveLength(3);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['chance &lt;1&gt;', 'close', 'far']));
  });

  it('survives empty series and series that are infinite throughout', () => {
    for (const values of [[], [null, null], [3, 3]]) {
      const series = [{ label: 'a', values }];
      const svg = histogram({ title: 'h', xLabel: 'x', series });
      expect(unbalancedTags(svg)).toEqual([]);
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });
});
