import type { Axis, Frame } from './axes.ts';
import { across, axes, backdrop, sideWidth, upwards } from './axes.ts';
import type { Bins } from './bins.ts';
import { chooseBins, countBins, heightTicks, wholeBins } from './bins.ts';
import { drawInfinite, slotWidth } from './infinite-bar.ts';
import { legend } from './legend.ts';
import type { Marker } from './markers.ts';
import { drawMarkers, markerRowHeight, placeMarkers } from './markers.ts';
import { page } from './page.ts';
import type { Scale } from './scale.ts';
import { extentOf, formatTicks, linearScale, niceTicks } from './scale.ts';
import { num, path } from './svg.ts';
import { seriesColour } from './theme.ts';

/** Names a set of values, of which `null` and `Infinity` are infinite. */
export interface HistogramSeries {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** Describes an overlay of histograms. */
export interface HistogramConfig {
  readonly title: string;
  readonly xLabel: string;
  readonly series: readonly HistogramSeries[];
  readonly markers?: readonly Marker[];
  /** Whether the values are whole numbers, which then lie in the middle of their bins. */
  readonly whole?: boolean;
}

interface Counted {
  readonly label: string;
  readonly colour: string;
  readonly finite: readonly number[];
  readonly infinite: number;
  readonly total: number;
}

const width = 860;
const height = 340;
const right = 28;

/** Draws histograms over each other: numbers of values, or shares where the series differ in size. */
export function histogram({
  title,
  xLabel,
  series,
  markers = [],
  whole = false,
}: HistogramConfig): string {
  const counted = series.map(countSeries);
  const known = markers.filter(({ value }) => Number.isFinite(value));
  const values = counted.flatMap(({ finite }) => finite);
  const marked = known.map(({ value }) => value);
  const bins = whole
    ? wholeBins([...values, ...marked])
    : chooseBins(values, extentOf([...values, ...marked]));
  const sizes = new Set(counted.map(({ total }) => total).filter((total) => total > 0));
  const shares = sizes.size > 1;
  const heightOf = (count: number, total: number) =>
    total === 0 ? 0 : shares ? (100 * count) / total : count;
  const bars = counted.map(({ finite, total }) =>
    countBins(finite, bins).map((count) => heightOf(count, total)),
  );
  const infinite = counted.map((one) => ({ ...one, height: heightOf(one.infinite, one.total) }));
  const highest = Math.max(0, ...bars.flat(), ...infinite.map((one) => one.height)) * 1.08 || 1;
  const yTicks = heightTicks(highest, !shares);
  const left = 48 + sideWidth(formatTicks(yTicks));
  const slot = counted.some((one) => one.infinite > 0) ? slotWidth(counted.length) : 0;
  const plotWidth = width - left - right - slot;
  return page({
    title,
    width,
    draw: (top) => {
      const key = legend(
        counted.map(({ label, colour, total }) => ({ label: `${label} (n = ${total})`, colour })),
        { x: left, y: top, width: width - left - right, swatch: 'box' },
      );
      const xScale = linearScale(bins.domain, [left, left + plotWidth]);
      const placed = placeMarkers(known, xScale, [left, width - right]);
      const rows = Math.max(0, ...placed.map(({ row }) => row + 1));
      const y0 = top + key.height + rows * markerRowHeight;
      const frame: Frame = { x: left, y: y0, width: plotWidth, height };
      const x: Axis = {
        scale: linearScale(bins.domain, across(frame)),
        ticks: niceTicks(bins.domain, 8, whole ? 1 : 0),
        label: xLabel,
      };
      const y: Axis = {
        scale: linearScale([0, highest], upwards(frame)),
        ticks: yTicks,
        label: shares ? 'share of values (%)' : 'number of values',
      };
      const drawn = bars.map((heights, index) => {
        const { colour } = counted[index]!;
        return path(barsOf(heights, bins, x.scale, y.scale), barStyle(colour));
      });
      const slotFrame: Frame = { x: left + plotWidth + 14, y: y0, width: slot - 14, height };
      const markup = [
        key.markup,
        backdrop(frame, x, y),
        ...drawn,
        axes(frame, x, y),
        slot === 0 ? '' : drawInfinite(infinite, slotFrame, y),
        drawMarkers(placed, frame),
      ];
      return { markup: markup.join(''), bottom: y0 + height + 56 };
    },
  });
}

function countSeries({ label, values }: HistogramSeries, index: number): Counted {
  const finite = values.filter((value): value is number => Number.isFinite(value));
  const infinite = values.filter((value) => value === null || value === Infinity).length;
  const total = finite.length + infinite;
  return { label, colour: seriesColour(index), finite, infinite, total };
}

function barStyle(colour: string): Readonly<Record<string, string | number>> {
  return { fill: colour, 'fill-opacity': '0.4', stroke: colour, 'stroke-width': 1 };
}

function barsOf(heights: readonly number[], { edges }: Bins, x: Scale, y: Scale): string {
  return heights
    .map((value, bin) => {
      if (value === 0) return '';
      const wide = x(edges[bin + 1]!) - x(edges[bin]!);
      const tall = num(y(0) - y(value));
      return `M${num(x(edges[bin]!))} ${num(y(0))}v-${tall}h${num(wide)}v${tall}z`;
    })
    .join('');
}
