import { describe, expect, it } from 'vitest';
import { rasterPlot } from '#cli/pictures/index';
import { countMarks, pathsWith, textsOf, unbalancedTags } from './marks.ts';

const two = { steps: 3, channels: 2, dt: 1e-3, counts: [1, 0, 2, 1, 0, 0] };
const many = { steps: 100, channels: 60, dt: 1e-3, counts: new Uint32Array(6000).fill(1, 0, 90) };

describe('rasterPlot', () => {
  it('draws a tick for each spike, in one path per colour', () => {
    const svg = rasterPlot({
      title: 'spikes',
      panels: [
        { label: 'in', raster: many },
        { label: 'out', raster: two },
      ],
    });
    expect(unbalancedTags(svg)).toEqual([]);
    expect(countMarks(svg, 'stroke="#26394d"')).toBe(90);
    expect(countMarks(svg, 'stroke="#0072b2"')).toBe(3);
    expect(countMarks(svg, 'stroke="#d55e00"')).toBe(1);
    expect(pathsWith(svg, 'stroke="#26394d"')).toHaveLength(1);
    expect(textsOf(svg)).toContain('time (ms)');
  });

  it('draws the spikes of highlighted channels in the accent colour', () => {
    const svg = rasterPlot({ title: 't', panels: [{ label: 'in', raster: many, highlight: [0] }] });
    expect(countMarks(svg, 'stroke="#d55e00"')).toBe(2);
    expect(countMarks(svg, 'stroke="#26394d"')).toBe(88);
  });

  it('draws no more ticks in a step than can be told apart', () => {
    const raster = { steps: 1000, channels: 1, dt: 1e-3, counts: [1e9] };
    const svg = rasterPlot({ title: 't', panels: [{ label: 'in', raster }] });
    expect(countMarks(svg, 'stroke="#0072b2"')).toBeLessThan(10);
  });

  it('survives rasters without steps or channels, and no panels', () => {
    const empty = { steps: 0, channels: 0, dt: 1e-3, counts: [] };
    for (const panels of [[], [{ label: 'none', raster: empty }]]) {
      const svg = rasterPlot({ title: 't', panels });
      expect(unbalancedTags(svg)).toEqual([]);
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });
});
