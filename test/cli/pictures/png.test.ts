import { describe, expect, it } from 'vitest';
import { linePlot, renderPng } from '#cli/pictures/index';

const view = (png: Uint8Array) => new DataView(png.buffer, png.byteOffset, png.byteLength);
const svgOf = (content: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20" font-family="'DejaVu Sans', sans-serif">${content}</svg>`;

describe('renderPng', () => {
  it.each([
    [1, 60, 20],
    [2.5, 150, 50],
  ])('writes a PNG at scale %d', (scale, width, height) => {
    const png = renderPng(svgOf(''), scale);
    expect([...png.slice(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(view(png).getUint32(16)).toBe(width);
    expect(view(png).getUint32(20)).toBe(height);
  });

  it('draws text, bold text differently', () => {
    const text = (weight: string) =>
      renderPng(svgOf(`<text x="2" y="15" font-weight="${weight}">∞ ab</text>`));
    const [none, normal, bold] = [renderPng(svgOf('')), text('normal'), text('bold')];
    expect(normal).not.toEqual(none);
    expect(bold).not.toEqual(normal);
  });

  it('renders a chart whose title needs escapes', () => {
    const series = [{ label: '<&>', points: [[0, 1] as const, [1, 2] as const] }];
    const svg = linePlot({ title: '<&> ]]> \u0001', xLabel: 'x', yLabel: 'y', series });
    expect(view(renderPng(svg, 1)).getUint32(16)).toBe(860);
  });
});
