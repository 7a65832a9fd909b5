import type { Axis, Frame } from './axes.ts';
import { across, axes, backdrop, sideWidth, upwards } from './axes.ts';
import { colourBar, heatMap, type RowMatrix } from './heat-map.ts';
import { page } from './page.ts';
import { extentOf, formatTicks, linearScale, niceInterval, niceTicks } from './scale.ts';
import { num, path } from './svg.ts';
import { seriesColour } from './theme.ts';

/** Describes a picture of events. */
export interface EventsPictureConfig {
  readonly title: string;
  /** ON events less OFF events of each block of pixels, from the first row down. */
  readonly balance: RowMatrix;
  /** What the rows and columns are. */
  readonly blocks: string;
  /** Time in seconds, and events per second. */
  readonly points: readonly (readonly [number, number])[];
}

const width = 860;
const longestSide = 560;
const rateHeight = 200;

/** Draws where events were, and below it how many came over time. */
export function eventsPicture({ title, balance, blocks, points }: EventsPictureConfig): string {
  const limit = Math.max(1, ...balance.map((row) => Math.max(...row.map(Math.abs))));
  const [rows, columns] = [Math.max(1, balance.length), Math.max(1, balance[0]?.length ?? 0)];
  const scale = longestSide / Math.max(rows, columns);
  const xDomain = niceInterval(extentOf(points.map(([x]) => x)));
  const yDomain = niceInterval(extentOf([0, ...points.map(([, y]) => y)]));
  const yTicks = niceTicks(yDomain);
  const left = 48 + sideWidth(formatTicks(yTicks));
  return page({
    title,
    width,
    draw: (top) => {
      const size = { width: columns * scale, height: Math.max(12, rows * scale) };
      const frame: Frame = { x: left, y: top + 24, ...size };
      const bar: Frame = { x: left + longestSide + 60, y: frame.y, width: 16, height: 160 };
      const below: Frame = {
        x: left,
        y: Math.max(frame.y + frame.height, bar.y + bar.height) + 64,
        width: width - left - 36,
        height: rateHeight,
      };
      const x: Axis = {
        scale: linearScale(xDomain, across(below)),
        ticks: niceTicks(xDomain),
        label: 'time after the first event (s)',
      };
      const y: Axis = {
        scale: linearScale(yDomain, upwards(below)),
        ticks: yTicks,
        label: 'events/s',
      };
      const line = points
        .map(([at, value], i) => `${i === 0 ? 'M' : 'L'}${num(x.scale(at))} ${num(y.scale(value))}`)
        .join('');
      const markup =
        heatMap(balance, frame, limit, { x: blocks, y: blocks }) +
        colourBar(bar, limit, 'ON − OFF') +
        backdrop(below, x, y) +
        path(line, { fill: 'none', stroke: seriesColour(0), 'stroke-width': 1.5 }) +
        axes(below, x, y);
      return { markup, bottom: below.y + below.height + 56 };
    },
  });
}
