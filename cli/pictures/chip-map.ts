import type { Frame } from './axes.ts';
import { border } from './axes.ts';
import { legend } from './legend.ts';
import { page } from './page.ts';
import { num, path, text } from './svg.ts';
import { seriesColour, theme } from './theme.ts';

/** Holds a square of neurons. */
export interface CoreMap {
  readonly label: string;
  /** Index of the group of each neuron, row by row from the top left; none if it is not in use. */
  readonly groups: readonly (number | undefined)[];
}

/** Describes which neurons of a board belong to which group. */
export interface ChipMapConfig {
  readonly title: string;
  readonly groups: readonly string[];
  readonly cores: readonly CoreMap[];
}

const side = 176;
const gap = 24;
const margin = 28;
const perRow = 4;

/** Draws each core as a square of neurons in the colours of their groups, four cores in a row. */
export function chipMap({ title, groups, cores }: ChipMapConfig): string {
  const inRow = Math.min(perRow, Math.max(2, cores.length));
  const width = 2 * margin + inRow * side + (inRow - 1) * gap;
  return page({
    title,
    width,
    draw: (top) => {
      const key = legend(
        groups.map((label, index) => ({ label, colour: seriesColour(index) })),
        { x: margin, y: top, width: width - 2 * margin, swatch: 'box' },
      );
      const y0 = top + key.height + 20;
      const frames = cores.map(
        (_, index): Frame => ({
          x: margin + (index % inRow) * (side + gap),
          y: y0 + Math.floor(index / inRow) * (side + gap + 16),
          width: side,
          height: side,
        }),
      );
      const drawn = cores.map((core, index) => drawCore(core, frames[index]!, groups.length));
      const bottom = Math.max(y0, ...frames.map(({ y }) => y + side)) + margin;
      return { markup: key.markup + drawn.join(''), bottom };
    },
  });
}

function drawCore({ label, groups }: CoreMap, frame: Frame, count: number): string {
  const rows = Math.max(1, Math.ceil(Math.sqrt(groups.length)));
  const cell = side / rows;
  const cells = (group: number | undefined): string =>
    groups
      .flatMap((own, n) => {
        if (own !== group) return [];
        const x = frame.x + (n % rows) * cell;
        const y = frame.y + Math.floor(n / rows) * cell;
        const wide = num(cell - 1);
        return [`M${num(x + 0.5)} ${num(y + 0.5)}h${wide}v${wide}h-${wide}z`];
      })
      .join('');
  return [
    text(label, { x: frame.x, y: frame.y - 7, weight: 'bold' }),
    path(cells(undefined), { fill: theme.grid }),
    ...Array.from({ length: count }, (_, group) =>
      path(cells(group), { fill: seriesColour(group) }),
    ),
    border(frame),
  ].join('');
}
