import type { Frame } from './axes.ts';
import { textWidth } from './measure.ts';
import type { Interval, Scale } from './scale.ts';
import { element, text } from './svg.ts';
import { theme } from './theme.ts';

/** Names a value to point out. */
export interface Marker {
  readonly label: string;
  readonly value: number;
}

/** Holds where a marker stands and its label starts, in rows above the plot. */
export interface PlacedMarker {
  readonly label: string;
  readonly x: number;
  readonly start: number;
  /** Counts upwards from the plot. */
  readonly row: number;
}

/** Gives the height of a row of marker labels. */
export const markerRowHeight = 18;

/** Places labels to the right of their lines, in rows where no line runs through a label. */
export function placeMarkers(
  markers: readonly Marker[],
  scale: Scale,
  [left, right]: Interval,
): readonly PlacedMarker[] {
  const starts: number[] = [];
  return [...markers]
    .sort((a, b) => b.value - a.value)
    .map(({ label, value }) => {
      const x = scale(value);
      const width = textWidth(label, theme.size.tick);
      const start = Math.max(left, Math.min(right - width, x - 3));
      let row = starts.length;
      while (row > 0 && start + width + 10 <= starts[row - 1]!) row -= 1;
      starts[row] = start;
      return { label, x, start, row };
    });
}

/** Draws a dashed line and a label for each marker. */
export function drawMarkers(placed: readonly PlacedMarker[], frame: Frame): string {
  return placed
    .map(({ label, x, start, row }) => {
      const base = frame.y - 6 - row * markerRowHeight;
      const line = element('line', {
        x1: x,
        x2: x,
        y1: base + 4,
        y2: frame.y + frame.height,
        stroke: theme.ink,
        'stroke-width': 1.4,
        'stroke-dasharray': '5 4',
      });
      return line + text(label, { x: start, y: base, size: theme.size.tick });
    })
    .join('');
}
