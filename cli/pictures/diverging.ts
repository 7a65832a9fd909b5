import { theme } from './theme.ts';

type Rgb = readonly [number, number, number];

// ColorBrewer's RdBu, turned round: blue below zero, red above, both safe for the colour-blind.
const anchors: readonly Rgb[] = [
  [5, 48, 97],
  [33, 102, 172],
  [67, 147, 195],
  [146, 197, 222],
  [209, 229, 240],
  [247, 247, 247],
  [253, 219, 199],
  [244, 165, 130],
  [214, 96, 77],
  [178, 24, 43],
  [103, 0, 31],
];

const shadesEachWay = 80;

/** Picks one of few enough shades to draw equal cells as one path, for a value from -1 to 1. */
export function divergingColour(value: number): string {
  if (!Number.isFinite(value)) return theme.missing;
  const shade = Math.round(Math.min(1, Math.max(-1, value)) * shadesEachWay);
  const place = (shade / shadesEachWay + 1) / 2;
  const position = place * (anchors.length - 1);
  const index = Math.min(anchors.length - 2, Math.floor(position));
  const rest = position - index;
  const channels = anchors[index]!.map((from, channel) =>
    Math.round(from + rest * (anchors[index + 1]![channel]! - from))
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${channels.join('')}`;
}
