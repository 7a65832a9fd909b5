import { textWidth } from './measure.ts';
import { element, text } from './svg.ts';
import { theme } from './theme.ts';

/** Names a colour. */
export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
}

/** Draws a row of named swatches, in more rows where one is too narrow, and tells their height. */
export function legend(
  entries: readonly LegendEntry[],
  at: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly swatch: 'line' | 'box';
  },
): { readonly markup: string; readonly height: number } {
  const rowHeight = 20;
  const tall = at.swatch === 'box' ? 11 : 3;
  let x = at.x;
  let row = 0;
  const parts = entries.map(({ label, colour }) => {
    const width = 26 + textWidth(label, theme.size.label);
    if (x > at.x && x + width > at.x + at.width) {
      x = at.x;
      row += 1;
    }
    const middle = at.y + row * rowHeight + rowHeight / 2;
    const swatch = { x, y: middle - tall / 2, width: 18, height: tall, fill: colour };
    const drawn = element('rect', swatch) + text(label, { x: x + 25, y: middle + 4 });
    x += width + 20;
    return drawn;
  });
  return { markup: parts.join(''), height: entries.length === 0 ? 0 : (row + 1) * rowHeight + 6 };
}
