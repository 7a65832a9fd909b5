import { describe, expect, it } from 'vitest';
import { dotPlot } from '#cli/pictures/index';
import { countMarks, textsOf, unbalancedTags } from './marks.ts';

describe('dotPlot', () => {
  it('draws a dot for each value above zero, between whole powers of ten', () => {
    const svg = dotPlot({
      title: 'd',
      xLabel: 'current (A)',
      rows: ['Itau', 'Igain', 'Idc'],
      series: [
        { label: 'core 0', values: [2e-12, 3e-9, 0] },
        { label: 'core 1', values: [undefined, 4e-10, -1] },
      ],
    });
    expect(unbalancedTags(svg)).toEqual([]);
    expect(countMarks(svg, 'stroke="#0072b2"')).toBe(2);
    expect(countMarks(svg, 'stroke="#d55e00"')).toBe(1);
    const texts = textsOf(svg);
    expect(texts).toEqual(expect.arrayContaining(['Itau', 'Igain', 'Idc', '10⁻¹²', '10⁻⁸']));
    expect(texts).not.toContain('10⁻¹³');
  });

  it('survives having nothing to draw', () => {
    const svg = dotPlot({ title: 'd', xLabel: 'x', rows: [], series: [] });
    expect(unbalancedTags(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
