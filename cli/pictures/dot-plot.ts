import type { Axis, Frame } from './axes.ts';
import { across, axes, backdrop, sideWidth } from './axes.ts';
import { legend } from './legend.ts';
import { page } from './page.ts';
import { extentOf, linearScale, superscript } from './scale.ts';
import { num, path } from './svg.ts';
import { seriesColour } from './theme.ts';

/** Names a set of values, one for each row; rows without a value stay empty. */
export interface DotSeries {
  readonly label: string;
  readonly values: readonly (number | undefined)[];
}

/** Describes values above zero by row, on a logarithmic axis. */
export interface DotPlotConfig {
  readonly title: string;
  readonly xLabel: string;
  readonly rows: readonly string[];
  readonly series: readonly DotSeries[];
}

const width = 860;
const right = 28;
const rowHeight = 17;

/** Draws a dot for each value, rows from the top down; values of zero or less have no place. */
export function dotPlot({ title, xLabel, rows, series }: DotPlotConfig): string {
  const powers = series.map(({ values }) =>
    values.map((value) => (value !== undefined && value > 0 ? Math.log10(value) : Number.NaN)),
  );
  const [low, high] = extentOf(powers.flat());
  const first = Math.floor(low);
  const last = Math.max(first + 1, Math.ceil(high));
  const left = 24 + sideWidth(rows);
  const height = Math.max(1, rows.length) * rowHeight;
  return page({
    title,
    width,
    draw: (top) => {
      const key = legend(
        series.map(({ label }, index) => ({ label, colour: seriesColour(index) })),
        { x: left, y: top, width: width - left - right, swatch: 'box' },
      );
      const y0 = top + key.height;
      const frame: Frame = { x: left, y: y0, width: width - left - right, height };
      const ticks = Array.from({ length: last - first + 1 }, (_, i) => first + i);
      const x: Axis = {
        scale: linearScale([first, last], across(frame)),
        ticks,
        names: ticks.map((power) => `10${superscript(power)}`),
        label: xLabel,
      };
      const y: Axis = {
        scale: (row) => y0 + (row + 0.5) * rowHeight,
        ticks: rows.map((_, row) => row),
        names: rows,
      };
      const drawn = powers.map((values, index) => {
        const dots = values.flatMap((power, row) =>
          Number.isFinite(power) && row < rows.length
            ? [`M${num(x.scale(power))} ${num(y.scale(row))}h0.01`]
            : [],
        );
        return path(dots.join(''), {
          stroke: seriesColour(index),
          'stroke-width': 8,
          'stroke-linecap': 'round',
          'stroke-opacity': '0.75',
          fill: 'none',
        });
      });
      const markup = [key.markup, backdrop(frame, x, y), ...drawn, axes(frame, x, y)];
      return { markup: markup.join(''), bottom: y0 + height + 56 };
    },
  });
}
