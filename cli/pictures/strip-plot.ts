import type { Axis, Frame } from './axes.ts';
import { across, axes, backdrop, sideWidth } from './axes.ts';
import { legend } from './legend.ts';
import { page } from './page.ts';
import { linearScale, niceTicks } from './scale.ts';
import { num, path } from './svg.ts';
import { seriesColour } from './theme.ts';

/** Holds the numbers that each series marks in one row. */
export interface Strip {
  readonly label: string;
  /** One list for each series. */
  readonly marks: readonly (readonly number[])[];
}

/** Describes rows of marks at whole numbers from 0. */
export interface StripPlotConfig {
  readonly title: string;
  readonly xLabel: string;
  /** Numbers from 0 that exist. */
  readonly count: number;
  readonly series: readonly string[];
  readonly strips: readonly Strip[];
}

const width = 960;
const right = 28;
const rowHeight = 34;

/** Draws a row for each strip and a band for each number that is marked, at its place. */
export function stripPlot({ title, xLabel, count, series, strips }: StripPlotConfig): string {
  const left = 24 + sideWidth(strips.map(({ label }) => label));
  const height = Math.max(1, strips.length) * rowHeight;
  return page({
    title,
    width,
    draw: (top) => {
      const key = legend(
        series.map((label, index) => ({ label, colour: seriesColour(index) })),
        { x: left, y: top, width: width - left - right, swatch: 'box' },
      );
      const y0 = top + key.height;
      const frame: Frame = { x: left, y: y0, width: width - left - right, height };
      const x: Axis = {
        scale: linearScale([-0.5, count - 0.5], across(frame)),
        ticks: niceTicks([0, count - 1], 8, 1),
        label: xLabel,
      };
      const y: Axis = {
        scale: (row) => y0 + (row + 0.5) * rowHeight,
        ticks: strips.map((_, row) => row),
        names: strips.map(({ label }) => label),
        grid: false,
      };
      const tall = rowHeight - 8;
      const drawn = series.map((_, index) => {
        const bands = strips.flatMap(({ marks }, row) =>
          runsOf(marks[index] ?? []).map(([first, last]) => {
            // A single tag of 2048 is narrower than half a pixel.
            const wide = Math.max(1, x.scale(last + 0.5) - x.scale(first - 0.5));
            return `M${num(x.scale(first - 0.5))} ${num(y.scale(row) - tall / 2)}h${num(wide)}v${num(tall)}h-${num(wide)}z`;
          }),
        );
        return path(bands.join(''), { fill: seriesColour(index) });
      });
      const markup = [key.markup, backdrop(frame, x, y), ...drawn, axes(frame, x, y)];
      return { markup: markup.join(''), bottom: y0 + height + 56 };
    },
  });
}

/** First and last number of each run of neighbours; the numbers ascend. */
function runsOf(numbers: readonly number[]): (readonly [number, number])[] {
  const starts = numbers.filter((value, i) => numbers[i - 1] !== value - 1);
  const ends = numbers.filter((value, i) => numbers[i + 1] !== value + 1);
  return starts.map((first, i) => [first, ends[i]!] as const);
}
