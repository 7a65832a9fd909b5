import { describe, expect, it } from 'vitest';
import { linePlot } from '#cli/pictures/index';
import { pathsWith, textsOf, unbalancedTags } from './marks.ts';

const labels = { xLabel: 'epoch', yLabel: 'loss' };

describe('linePlot', () => {
  it('decimates long lines and keeps their extremes', () => {
    const points = Array.from({ length: 60_000 }, (_, i) => [i, i === 31_234 ? 9.9 : 1] as const);
    const svg = linePlot({ title: 't', ...labels, series: [{ label: 'loss', points }] });
    const [line] = pathsWith(svg, 'stroke="#0072b2"');
    const heights = [...line!.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
    expect(heights.length).toBeLessThanOrEqual(2000);
    expect(new Set(heights).size).toBe(2);
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['epoch', 'loss', '10', '60\u00a0000']));
  });

  it('draws short lines whole and leaves out what is not finite', () => {
    const points = [
      [0, 1],
      [1, Number.NaN],
      [2, 3],
      [3, Number.POSITIVE_INFINITY],
    ] as const;
    const svg = linePlot({ title: 't', ...labels, series: [{ label: 'a', points }] });
    expect(pathsWith(svg, 'stroke="#0072b2"')[0]!.match(/[ML]/g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it('escapes titles and labels', () => {
    const svg = linePlot({
      title: '<&> "quoted" \u0000',
      xLabel: 'a < b',
      yLabel: 'c & d',
      series: [{ label: "it's", points: [[1, 1]] }],
    });
    expect(svg).toContain('&lt;&amp;&gt; &quot;quoted&quot; \\u0000');
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['a &lt; b', 'c &amp; d', 'it&#39;s']));
    expect(unbalancedTags(svg)).toEqual([]);
  });

  it('survives no series and series without points', () => {
    for (const series of [[], [{ label: 'none', points: [] }]]) {
      const svg = linePlot({ title: '', ...labels, series });
      expect(unbalancedTags(svg)).toEqual([]);
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });

  it.each([
    [[0, 2e-9], '2×10⁻⁹'],
    [[0, 3e6], '3×10⁶'],
    [[-0.5, 0.5], '−0.4'],
  ])('writes readable ticks for %j', (ends, expected) => {
    const points = ends.map((y, x) => [x, y] as const);
    const svg = linePlot({ title: 't', ...labels, series: [{ label: 'a', points }] });
    expect(textsOf(svg).map((text) => text.replace('.0×', '×'))).toContain(expected);
  });
});
