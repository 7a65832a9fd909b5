/** Holds the coordinates of a point in the data. */
export type Point = readonly [x: number, y: number];

/** Takes points out of a line until it has at most `limit`, and keeps the ends and extremes of each stretch. */
export function decimate(points: readonly Point[], limit = 2000): readonly Point[] {
  if (points.length <= limit) return points;
  const stretches = Math.max(1, Math.floor(limit / 4));
  const kept: Point[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * points.length) / stretches);
    const to = Math.floor(((stretch + 1) * points.length) / stretches);
    let low = from;
    let high = from;
    for (let index = from; index < to; index++) {
      const value = points[index]![1];
      if (value < points[low]![1]) low = index;
      if (value > points[high]![1]) high = index;
    }
    const chosen = new Set([from, Math.min(low, high), Math.max(low, high), to - 1]);
    for (const index of chosen) kept.push(points[index]!);
  }
  return kept;
}
