import type { Axis, Frame } from './axes.ts';
import { across, axes, backdrop, sideWidth, upwards } from './axes.ts';
import type { Point } from './decimate.ts';
import { decimate } from './decimate.ts';
import { legend } from './legend.ts';
import { page } from './page.ts';
import type { Scale } from './scale.ts';
import {
  extentOf,
  formatTicks,
  linearScale,
  nearlyNiceInterval,
  niceInterval,
  niceTicks,
} from './scale.ts';
import { num, path } from './svg.ts';
import { seriesColour } from './theme.ts';

/** Names a line. */
export interface LineSeries {
  readonly label: string;
  readonly points: readonly (readonly [number, number])[];
}

/** Describes a chart of lines. */
export interface LinePlotConfig {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly LineSeries[];
  readonly logY?: never;
}

const width = 860;
const height = 380;
const right = 36;

/** Draws one line for each series; points that are not finite are left out. */
export function linePlot({ title, xLabel, yLabel, series }: LinePlotConfig): string {
  const lines = series.map(({ points }) => decimate(points.filter(isFinitePoint)));
  const xDomain = nearlyNiceInterval(
    extentOf(lines.flatMap((points) => points.map(([x]) => x))),
    7,
  );
  const yDomain = niceInterval(extentOf(lines.flatMap((points) => points.map(([, y]) => y))));
  const yTicks = niceTicks(yDomain);
  const left = 48 + sideWidth(formatTicks(yTicks));
  return page({
    title,
    width,
    draw: (top) => {
      const key = legend(
        series.map(({ label }, index) => ({ label, colour: seriesColour(index) })),
        { x: left, y: top, width: width - left - right, swatch: 'line' },
      );
      const frame: Frame = { x: left, y: top + key.height, width: width - left - right, height };
      const x: Axis = {
        scale: linearScale(xDomain, across(frame)),
        ticks: niceTicks(xDomain, 7),
        label: xLabel,
      };
      const y: Axis = { scale: linearScale(yDomain, upwards(frame)), ticks: yTicks, label: yLabel };
      const drawn = lines.map((points, index) =>
        path(trace(points, x.scale, y.scale), {
          fill: 'none',
          stroke: seriesColour(index),
          'stroke-width': points.length > width ? 1 : 1.8,
          'stroke-opacity': '0.9',
          'stroke-linejoin': 'round',
          'stroke-linecap': 'round',
        }),
      );
      return {
        markup: key.markup + backdrop(frame, x, y) + drawn.join('') + axes(frame, x, y),
        bottom: frame.y + height + 56,
      };
    },
  });
}

function trace(points: readonly Point[], x: Scale, y: Scale): string {
  const [only] = points;
  if (only !== undefined && points.length === 1)
    return `M${num(x(only[0]))} ${num(y(only[1]))}h0.01`;
  return points
    .map(([px, py], index) => `${index === 0 ? 'M' : 'L'}${num(x(px))} ${num(y(py))}`)
    .join('');
}

function isFinitePoint([x, y]: Point): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}
