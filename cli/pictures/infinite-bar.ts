import type { Axis, Frame } from './axes.ts';
import { axes, backdrop } from './axes.ts';
import { linearScale } from './scale.ts';
import { element, text } from './svg.ts';
import { theme } from './theme.ts';

/** Holds how many values of a series are infinite. */
export interface InfiniteCount {
  readonly colour: string;
  readonly infinite: number;
  /** Height of the bar, in the units of the vertical axis. */
  readonly height: number;
}

const barWidth = 26;

/** Tells how much room the bars of the infinite values take, with the gap before them. */
export function slotWidth(series: number): number {
  return 14 + series * barWidth + 20;
}

/** Draws the infinite values of each series as bars side by side, with their numbers. */
export function drawInfinite(
  counts: readonly InfiniteCount[],
  frame: Frame,
  { scale, ticks }: Axis,
): string {
  const x: Axis = {
    scale: linearScale([-1, 1], [frame.x, frame.x + frame.width]),
    ticks: [0],
    names: [''],
    grid: false,
  };
  const y: Axis = { scale, ticks, names: [] };
  const bars = counts.map(({ colour, infinite, height }, index) => {
    const left = frame.x + 10 + index * barWidth;
    const top = scale(height);
    const bar = element('rect', {
      x: left + 2,
      y: top,
      width: barWidth - 4,
      height: scale(0) - top,
      fill: colour,
      'fill-opacity': '0.4',
      stroke: colour,
    });
    const number = text(String(infinite), {
      x: left + barWidth / 2,
      y: top - 5,
      size: theme.size.tick,
      anchor: 'middle',
    });
    return (infinite === 0 ? '' : bar) + number;
  });
  const name = text('∞', {
    x: frame.x + frame.width / 2,
    y: frame.y + frame.height + 19,
    size: 17,
    anchor: 'middle',
    fill: theme.faintInk,
  });
  return backdrop(frame, x, y) + bars.join('') + axes(frame, x, { ...y, ticks: [] }) + name;
}
