import type { Axis, Frame } from './axes.ts';
import { across, axes, backdrop, sideWidth, upwards } from './axes.ts';
import type { RowMatrix } from './heat-map.ts';
import { colourBar, columnsOf, heatMap } from './heat-map.ts';
import { textWidth } from './measure.ts';
import { page } from './page.ts';
import type { Interval } from './scale.ts';
import { extentOf, formatTicks, linearScale, niceInterval, niceTicks } from './scale.ts';
import { num, path, text } from './svg.ts';
import { seriesColour, theme } from './theme.ts';

/** Describes weights before and after quantisation, as `[pre][post]`. */
export interface WeightPlotConfig {
  readonly title: string;
  readonly before: RowMatrix;
  readonly after: RowMatrix;
  readonly labels?: readonly [string, string];
}

const side = 300;
const left = 68;
const barWidth = 14;

/** Draws both matrices as heat maps in the same colours, and each weight after over before. */
export function weightPlot({
  title,
  before,
  after,
  labels = ['before', 'after'],
}: WeightPlotConfig): string {
  const weights = [...before.flat(), ...after.flat()];
  const limit = Math.max(0, ...extentOf(weights).map(Math.abs)) || 1;
  const pairs = pairsOf(before, after);
  const domain = niceInterval(extentOf(pairs.flat()));
  const barNumbers = sideWidth(formatTicks(niceTicks([-limit, limit], 6)));
  const scatterLeft = 56 + sideWidth(formatTicks(niceTicks(domain, 6)));
  const boxes = [boxOf(before, labels[0]), boxOf(after, labels[1])];
  const secondX = left + boxes[0]!.width + 32;
  const barX = secondX + boxes[1]!.width + 20;
  const scatterX = barX + barWidth + 8 + barNumbers + scatterLeft;
  return page({
    title,
    width: Math.ceil(scatterX + side + 28),
    draw: (top) => {
      const y = top + 22;
      const first: Frame = { ...boxes[0]!, x: left, y };
      const second: Frame = { ...boxes[1]!, x: secondX, y };
      const bar: Frame = { x: barX, y, width: barWidth, height: side };
      const scatter: Frame = { x: scatterX, y, width: side, height: side };
      const markup = [
        heading(labels[0], first),
        heatMap(before, first, limit, { x: 'post', y: 'pre' }),
        heading(labels[1], second),
        heatMap(after, second, limit, { x: 'post' }),
        colourBar(bar, limit, 'weight'),
        drawScatter(pairs, domain, scatter, labels),
      ];
      return { markup: markup.join(''), bottom: y + side + 56 };
    },
  });
}

function drawScatter(
  pairs: readonly Interval[],
  domain: Interval,
  frame: Frame,
  labels: readonly [string, string],
): string {
  const ticks = niceTicks(domain, 6);
  const x: Axis = { scale: linearScale(domain, across(frame)), ticks, label: labels[0] };
  const y: Axis = { scale: linearScale(domain, upwards(frame)), ticks, label: labels[1] };
  const dots = pairs.map(([from, to]) => `M${num(x.scale(from))} ${num(y.scale(to))}h0.01`);
  const levels = new Set(pairs.map(([, to]) => Number(to.toPrecision(9)))).size;
  const identity = `M${num(x.scale(domain[0]))} ${num(y.scale(domain[0]))}L${num(
    x.scale(domain[1]),
  )} ${num(y.scale(domain[1]))}`;
  return [
    text('each weight', { x: frame.x, y: frame.y - 11, weight: 'bold' }),
    text(`${levels} distinct ${levels === 1 ? 'value' : 'values'} after`, {
      x: frame.x + frame.width,
      y: frame.y - 11,
      size: theme.size.tick,
      anchor: 'end',
      fill: theme.faintInk,
    }),
    backdrop(frame, x, y),
    path(identity, { stroke: theme.axis, 'stroke-dasharray': '5 4', fill: 'none' }),
    path(dots.join(''), {
      stroke: seriesColour(0),
      'stroke-width': pairs.length > 1000 ? 3 : 4.5,
      'stroke-linecap': 'round',
      'stroke-opacity': '0.75',
      fill: 'none',
    }),
    axes(frame, x, y),
  ].join('');
}

function heading(label: string, frame: Frame): string {
  const middle = frame.x + frame.width / 2;
  return text(label, { x: middle, y: frame.y - 11, anchor: 'middle', weight: 'bold' });
}

function boxOf(
  matrix: RowMatrix,
  label: string,
): { readonly width: number; readonly height: number } {
  const cell = side / Math.max(1, matrix.length);
  const min = Math.max(96, textWidth(label, theme.size.label, 'bold'));
  return { width: Math.max(min, Math.min(side, cell * columnsOf(matrix))), height: side };
}

function pairsOf(before: RowMatrix, after: RowMatrix): readonly Interval[] {
  return before.flatMap((row, pre) =>
    row
      .map((from, post): Interval => [from, after[pre]?.[post] ?? Number.NaN])
      .filter(([from, to]) => Number.isFinite(from) && Number.isFinite(to)),
  );
}
