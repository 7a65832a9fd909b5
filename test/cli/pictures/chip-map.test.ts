import { describe, expect, it } from 'vitest';
import { chipMap } from '#cli/pictures/index';
import { countMarks, textsOf, unbalancedTags } from './marks.ts';

describe('chipMap', () => {
  it('draws every neuron in the colour of its group', () => {
    const core = (label: string, used: readonly number[]) => ({
      label,
      groups: Array.from({ length: 256 }, (_, n) => (n < used.length ? used[n] : undefined)),
    });
    const svg = chipMap({
      title: 'board',
      groups: ['hidden', 'output'],
      cores: [core('core 0', [0, 0, 1]), core('core 3', [1, 1])],
    });
    expect(unbalancedTags(svg)).toEqual([]);
    expect(countMarks(svg, 'fill="#0072b2"')).toBe(2);
    expect(countMarks(svg, 'fill="#d55e00"')).toBe(3);
    expect(countMarks(svg, 'fill="#e2e6eb"')).toBe(2 * 256 - 5);
    expect(textsOf(svg)).toEqual(['board', 'hidden', 'output', 'core 0', 'core 3']);
  });

  it('survives a board without neurons', () => {
    const svg = chipMap({ title: 'board', groups: [], cores: [] });
    expect(unbalancedTags(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
