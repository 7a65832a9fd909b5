import type { Interval, Scale } from './scale.ts';
import { formatTicks } from './scale.ts';
import { element, num, path, text } from './svg.ts';
import { theme } from './theme.ts';

/** Holds the rectangle that data is drawn in. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Describes one axis of a frame. */
export interface Axis {
  readonly scale: Scale;
  readonly ticks: readonly number[];
  readonly label?: string;
  /** Fixes the distance of a vertical label, so that those of stacked frames align. */
  readonly labelOffset?: number;
  /** Replaces the numbers at the ticks; an empty list leaves them out. */
  readonly names?: readonly string[];
  readonly colours?: readonly string[];
  readonly grid?: boolean;
}

/** Gives the pixels from left to right that a frame spans. */
export function across(frame: Frame): Interval {
  return [frame.x, frame.x + frame.width];
}

/** Gives the pixels from bottom to top that a frame spans. */
export function upwards(frame: Frame): Interval {
  return [frame.y + frame.height, frame.y];
}

/** Draws the background and the grid, which belong under the data. */
export function backdrop(frame: Frame, x: Axis, y: Axis): string {
  const { width, height } = frame;
  const vertical = x.ticks.map((tick) => `M${num(x.scale(tick))} ${num(frame.y)}v${num(height)}`);
  const horizontal = y.ticks.map((tick) => `M${num(frame.x)} ${num(y.scale(tick))}h${num(width)}`);
  const grid = [...(x.grid === false ? [] : vertical), ...(y.grid === false ? [] : horizontal)];
  return (
    element('rect', { x: frame.x, y: frame.y, width, height, fill: theme.panel }) +
    path(grid.join(''), { stroke: theme.grid, 'stroke-width': 1, fill: 'none' })
  );
}

/** Draws the border, the ticks, their numbers and the labels, which belong over the data. */
export function axes(frame: Frame, x: Axis, y: Axis): string {
  const bottom = frame.y + frame.height;
  const names = x.names ?? formatTicks(x.ticks);
  const sides = y.names ?? formatTicks(y.ticks);
  const marks = [
    ...x.ticks.map((tick) => `M${num(x.scale(tick))} ${num(bottom)}v4`),
    ...y.ticks.map((tick) => `M${num(frame.x)} ${num(y.scale(tick))}h-4`),
  ];
  return [
    border(frame),
    path(marks.join(''), { stroke: theme.axis, 'stroke-width': 1, fill: 'none' }),
    ...names.map((name, index) =>
      text(name, {
        x: x.scale(x.ticks[index]!),
        y: bottom + 17,
        size: theme.size.tick,
        anchor: 'middle',
        fill: x.colours?.[index] ?? theme.faintInk,
      }),
    ),
    ...sides.map((name, index) =>
      text(name, {
        x: frame.x - 8,
        y: y.scale(y.ticks[index]!) + 4,
        size: theme.size.tick,
        anchor: 'end',
        fill: y.colours?.[index] ?? theme.faintInk,
      }),
    ),
    x.label === undefined
      ? ''
      : text(x.label, { x: frame.x + frame.width / 2, y: bottom + 37, anchor: 'middle' }),
    y.label === undefined
      ? ''
      : text(y.label, {
          x: frame.x - (y.labelOffset ?? sideWidth(sides) + 20),
          y: frame.y + frame.height / 2,
          anchor: 'middle',
          rotate: -90,
        }),
  ].join('');
}

/** Estimates how much room the numbers at the left of a frame take. */
export function sideWidth(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => [...name].length)) * theme.size.tick * 0.6;
}

/** Draws the thin border of a frame. */
export function border({ x, y, width, height }: Frame): string {
  return element('rect', { x, y, width, height, fill: 'none', stroke: theme.axis });
}
