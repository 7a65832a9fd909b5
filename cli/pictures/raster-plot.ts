import type { Axis, Frame } from './axes.ts';
import { across, axes, backdrop, sideWidth, upwards } from './axes.ts';
import { page } from './page.ts';
import type { Scale } from './scale.ts';
import { formatTicks, linearScale, niceTicks } from './scale.ts';
import { element, num, path, text } from './svg.ts';
import { seriesColour, theme } from './theme.ts';

/** Holds spike counts by step, then by channel: `counts[step * channels + channel]`. */
export interface RasterLike {
  readonly steps: number;
  readonly channels: number;
  /** Length of a step, seconds. */
  readonly dt: number;
  readonly counts: ArrayLike<number>;
}

/** Describes one raster of a stack. */
export interface RasterPanel {
  readonly label: string;
  readonly raster: RasterLike;
  /** Lists the channels to draw in the accent colour. */
  readonly highlight?: readonly number[];
}

/** Describes a stack of rasters over one time axis. */
export interface RasterPlotConfig {
  readonly title: string;
  readonly panels: readonly RasterPanel[];
}

const width = 960;
const right = 24;
const gap = 38;
const fewChannels = 6;
const marksPerPixel = 4;

/** Draws rasters above each other over a shared time axis, a tick for each spike. */
export function rasterPlot({ title, panels }: RasterPlotConfig): string {
  const durations = panels.map(({ raster }) => raster.steps * raster.dt * 1e3);
  const end = Math.max(0, ...durations) || 1;
  const ticks = niceTicks([0, end], 10);
  const sides = panels.map(({ raster }) => channelTicks(raster.channels));
  const left = 48 + Math.max(0, ...sides.map((side) => sideWidth(formatTicks(side))));
  return page({
    title,
    width,
    draw: (top) => {
      let y = top;
      const drawn = panels.map((panel, index) => {
        const { raster } = panel;
        const height = panelHeight(raster.channels);
        const frame: Frame = { x: left, y: y + 20, width: width - left - right, height };
        y = frame.y + height + gap - 20;
        const last = index === panels.length - 1;
        const x: Axis = {
          scale: linearScale([0, end], across(frame)),
          ticks,
          ...(last ? { label: 'time (ms)' } : { names: [] }),
        };
        return drawPanel(panel, frame, x, sides[index]!);
      });
      return { markup: drawn.join(''), bottom: y + 38 };
    },
  });
}

function drawPanel(panel: RasterPanel, frame: Frame, x: Axis, ticks: readonly number[]): string {
  const { label, raster } = panel;
  const highlight = (panel.highlight ?? []).filter((channel) => channel < raster.channels);
  const few = raster.channels <= fewChannels;
  const scale = linearScale([-0.5, Math.max(1, raster.channels) - 0.5], upwards(frame));
  const y: Axis = {
    scale,
    ticks,
    label: 'channel',
    labelOffset: frame.x - 20,
    grid: false,
    ...(few && highlight.length === 0 ? { colours: ticks.map(seriesColour) } : {}),
  };
  const rowHeight = frame.height / Math.max(1, raster.channels);
  const groups = new Map<string, number[]>();
  for (let channel = 0; channel < raster.channels; channel++) {
    const colour = channelColour(channel, few, highlight);
    groups.set(colour, [...(groups.get(colour) ?? []), channel]);
  }
  const marks = [...groups].map(([stroke, channels]) =>
    path(ticksOf(raster, channels, x.scale, scale, rowHeight * (few ? 0.72 : 0.86)), {
      stroke,
      'stroke-width': few ? 1.4 : 1.3,
      fill: 'none',
    }),
  );
  const bands = highlight.map((channel) =>
    element('rect', {
      x: frame.x,
      y: scale(channel + 0.5),
      width: frame.width,
      height: rowHeight,
      fill: theme.accent,
      'fill-opacity': '0.1',
    }),
  );
  return [
    text(label, { x: frame.x, y: frame.y - 7, weight: 'bold' }),
    backdrop(frame, x, y),
    ...bands,
    ...marks,
    axes(frame, x, y),
  ].join('');
}

/** Spreads the spikes of a step evenly over it, from its start, as the events of a raster lie. */
function ticksOf(
  { steps, channels: all, dt, counts }: RasterLike,
  channels: readonly number[],
  x: Scale,
  y: Scale,
  height: number,
): string {
  const step = dt * 1e3;
  const distinct = Math.max(1, Math.ceil((x(step) - x(0)) * marksPerPixel));
  const parts: string[] = [];
  for (const channel of channels) {
    const top = num(y(channel) - height / 2);
    const mark = `v${num(height)}`;
    for (let index = 0; index < steps; index++) {
      const count = Math.round(counts[index * all + channel] ?? 0);
      if (!(count > 0)) continue;
      const shown = Math.min(count, distinct);
      for (let spike = 0; spike < shown; spike++) {
        parts.push(`M${num(x((index + spike / shown) * step))} ${top}${mark}`);
      }
    }
  }
  return parts.join('');
}

function channelColour(channel: number, few: boolean, highlight: readonly number[]): string {
  if (highlight.length > 0) return highlight.includes(channel) ? theme.accent : theme.mark;
  return few ? seriesColour(channel) : theme.mark;
}

function channelTicks(channels: number): readonly number[] {
  if (channels <= fewChannels) return Array.from({ length: channels }, (_, channel) => channel);
  return niceTicks([0, channels - 1], 5, 1);
}

function panelHeight(channels: number): number {
  if (channels <= fewChannels) return Math.max(56, channels * 32);
  return Math.min(300, Math.max(90, channels * 3.5));
}
