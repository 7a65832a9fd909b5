import type { Axis, Frame } from './axes.ts';
import { across, axes, border } from './axes.ts';
import { divergingColour } from './diverging.ts';
import { formatTicks, linearScale, niceTicks } from './scale.ts';
import { element, num, path, text } from './svg.ts';
import { theme } from './theme.ts';

/** Holds a matrix as rows. */
export type RowMatrix = readonly (readonly number[])[];

/** Draws a matrix from its first row down, in the colours of `-limit` to `limit`. */
export function heatMap(
  matrix: RowMatrix,
  frame: Frame,
  limit: number,
  labels: { readonly x: string; readonly y?: string },
): string {
  const rows = matrix.length;
  const columns = columnsOf(matrix);
  const [left, right] = across(frame);
  const x: Axis = {
    scale: linearScale([-0.5, Math.max(1, columns) - 0.5], [left, right]),
    ticks: indexTicks(columns),
    label: labels.x,
  };
  const y: Axis = {
    scale: linearScale([-0.5, Math.max(1, rows) - 0.5], [frame.y, frame.y + frame.height]),
    ticks: indexTicks(rows),
    ...(labels.y === undefined ? { names: [] } : { label: labels.y }),
  };
  const byColour = new Map<string, string[]>();
  matrix.forEach((row, pre) => {
    const top = y.scale(pre - 0.5);
    const tall = num(y.scale(pre + 0.5) - top);
    row.forEach((weight, post) => {
      const start = x.scale(post - 0.5);
      const wide = num(x.scale(post + 0.5) - start);
      const cell = `M${num(start)} ${num(top)}h${wide}v${tall}h-${wide}z`;
      const colour = divergingColour(weight / limit);
      const cells = byColour.get(colour);
      if (cells === undefined) byColour.set(colour, [cell]);
      else cells.push(cell);
    });
  });
  const drawn = [...byColour].map(([fill, cells]) =>
    path(cells.join(''), { fill, 'shape-rendering': 'crispEdges' }),
  );
  return drawn.join('') + axes(frame, x, y);
}

/** Draws the colours of `-limit` to `limit` as a bar with its numbers on the right. */
export function colourBar(frame: Frame, limit: number, label: string): string {
  const bands = 80;
  const scale = linearScale([-limit, limit], [frame.y + frame.height, frame.y]);
  const height = frame.height / bands;
  const drawn = Array.from({ length: bands }, (_, band) =>
    element('rect', {
      x: frame.x,
      y: frame.y + band * height,
      width: frame.width,
      height: height + 0.02,
      fill: divergingColour(1 - (2 * band + 1) / bands),
      'shape-rendering': 'crispEdges',
    }),
  );
  const ticks = niceTicks([-limit, limit], 6);
  const right = frame.x + frame.width;
  const numbers = formatTicks(ticks).map((name, index) =>
    text(name, {
      x: right + 8,
      y: scale(ticks[index]!) + 4,
      size: theme.size.tick,
      fill: theme.faintInk,
    }),
  );
  const marks = ticks.map((tick) => `M${num(right)} ${num(scale(tick))}h4`).join('');
  return [
    ...drawn,
    border(frame),
    path(marks, { stroke: theme.axis, fill: 'none' }),
    ...numbers,
    text(label, { x: frame.x, y: frame.y - 11 }),
  ].join('');
}

/** Counts the columns of the longest row. */
export function columnsOf(matrix: RowMatrix): number {
  return matrix.reduce((max, row) => Math.max(max, row.length), 0);
}

function indexTicks(count: number): readonly number[] {
  return count === 0 ? [] : niceTicks([0, Math.max(1e-9, count - 1)], 6, 1);
}
