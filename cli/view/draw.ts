/** An overview of events as a picture. */
import { eventsPicture } from '../pictures/index.ts';
import type { Overview } from './overview.ts';

/** Blocks along a side that are drawn, at most. */
const drawn = 128;

/** Draws more ON or more OFF events of each block, and the rate over time. */
export function overviewPicture(title: string, { rate, picture }: Overview): string {
  const { side, on, off } = picture;
  const longest = Math.max(on.length, on[0]?.length ?? 0);
  const each = Math.max(1, Math.ceil(longest / drawn));
  const [rows, columns] = [on.length, on[0]?.length ?? 0].map((n) => Math.ceil(n / each));
  const balance = Array.from({ length: rows! }, () => new Array<number>(columns!).fill(0));
  on.forEach((row, r) => {
    row.forEach((count, c) => {
      balance[Math.floor(r / each)]![Math.floor(c / each)]! += count - off[r]![c]!;
    });
  });
  const size = side * each;
  return eventsPicture({
    title,
    balance,
    blocks: size === 1 ? 'pixels' : `blocks of ${size} pixels`,
    points: rate.counts.map((count, i) => [
      ((i + 0.5) * rate.width) / 1e6,
      count / (rate.width / 1e6),
    ]),
  });
}
