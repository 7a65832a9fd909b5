/** An overview of events as characters. */
import type { Overview } from './overview.ts';

const columns = 64;
const rows = 8;
const pictureRows = 24;
const eighths = ' ▁▂▃▄▅▆▇█';
const greys = ' .:-=+*#%@';

/** Sums neighbours up so that at most `most` remain, and says how many became one. */
function fewer(values: readonly number[], most: number): readonly [readonly number[], number] {
  const each = Math.max(1, Math.ceil(values.length / most));
  const sums = Array.from({ length: Math.ceil(values.length / each) }, (_, i) =>
    values.slice(i * each, (i + 1) * each).reduce((sum, value) => sum + value, 0),
  );
  return [sums, each];
}

/** The rate over time, as bars. */
function rateText({ rate: { width, counts } }: Overview): string {
  const [sums, each] = fewer(counts, columns);
  const seconds = (width * each) / 1e6;
  const most = Math.max(1, ...sums);
  const lines = Array.from({ length: rows }, (_, r) =>
    sums
      .map((sum) => {
        const filled = Math.round((sum / most) * rows * 8) - (rows - 1 - r) * 8;
        return eighths[Math.max(0, Math.min(8, filled))]!;
      })
      .join('')
      .trimEnd(),
  );
  const peak = `${(most / seconds).toPrecision(3)} events/s at most`;
  const axis = `0 … ${(sums.length * seconds).toPrecision(4)} s after the first event, at ${shownTime(seconds)} a column`;
  return [peak, ...lines, '▔'.repeat(sums.length), axis].join('\n');
}

function shownTime(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}

/** How many events each block had, as characters of more and more ink. */
function pictureText({ picture: { side, off, on } }: Overview): string {
  const sums = on.map((row, r) => row.map((count, c) => count + off[r]![c]!));
  const wide = sums[0]?.length ?? 0;
  // Characters are about twice as high as wide.
  const each = Math.max(1, Math.ceil(wide / columns), Math.ceil(sums.length / (2 * pictureRows)));
  const high = 2 * each;
  const cells = Array.from({ length: Math.ceil(sums.length / high) }, (_, r) => {
    const row = sums[r * high]!.map((_, c) =>
      sums.slice(r * high, (r + 1) * high).reduce((sum, one) => sum + one[c]!, 0),
    );
    return Array.from({ length: Math.ceil(wide / each) }, (_, c) =>
      row.slice(c * each, (c + 1) * each).reduce((sum, value) => sum + value, 0),
    );
  });
  const most = Math.max(1, ...cells.flat());
  const lines = cells.map((row) =>
    row
      .map(
        (count) => greys[count === 0 ? 0 : Math.max(1, Math.round(Math.sqrt(count / most) * 9))]!,
      )
      .join('')
      .trimEnd(),
  );
  return [
    `${each * side} × ${high * side} pixels a character, ${most} events at most`,
    ...lines,
  ].join('\n');
}

/** Rate curve and picture of events. */
export function overviewText(overview: Overview): string {
  if (overview.events === 0) return 'no events';
  return `${overview.events} events\n\n${rateText(overview)}\n\n${pictureText(overview)}`;
}
