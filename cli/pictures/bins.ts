import type { Interval } from './scale.ts';
import { niceInterval, niceStep, niceTicks } from './scale.ts';

/** Holds bins of equal width. */
export interface Bins {
  readonly domain: Interval;
  readonly edges: readonly number[];
}

const fewest = 10;
const maxBins = 60;

/** Chooses bins of a nice width for all values, by the rule of Freedman and Diaconis. */
export function chooseBins(values: readonly number[], extent: Interval): Bins {
  const span = extent[1] - extent[0];
  const sorted = [...values].sort((a, b) => a - b);
  const quartile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const wanted = (2 * (quartile(0.75) - quartile(0.25))) / Math.cbrt(Math.max(1, sorted.length));
  const count = wanted > 0 ? Math.min(maxBins, Math.max(fewest, Math.ceil(span / wanted))) : fewest;
  const domain = niceInterval(extent, count);
  const bins = Math.max(1, Math.round((domain[1] - domain[0]) / niceStep(span, count)));
  const width = (domain[1] - domain[0]) / bins;
  return { domain, edges: Array.from({ length: bins + 1 }, (_, bin) => domain[0] + bin * width) };
}

/** Chooses bins for whole numbers: each holds as many of them as any other, at least one. */
export function wholeBins(values: readonly number[]): Bins {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  if (lowest > highest) return { domain: [-0.5, 0.5], edges: [-0.5, 0.5] };
  const width = Math.ceil((highest - lowest + 1) / maxBins);
  const count = Math.ceil((highest - lowest + 1) / width);
  const edges = Array.from({ length: count + 1 }, (_, bin) => lowest - 0.5 + bin * width);
  return { domain: [edges[0]!, edges.at(-1)!], edges };
}

/** Counts the values in each bin; the last bin holds its upper edge too. */
export function countBins(values: readonly number[], { domain, edges }: Bins): readonly number[] {
  const bins = edges.length - 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    // A value on an edge belongs above it even where the division rounds down.
    const bin = Math.floor(((value - domain[0]) / (domain[1] - domain[0])) * bins + 1e-9);
    const inside = Math.min(bins - 1, Math.max(0, bin));
    counts[inside] = counts[inside]! + 1;
  }
  return counts;
}

/** Lists the ticks of an axis of heights from zero. */
export function heightTicks(highest: number, wholeOnly: boolean): readonly number[] {
  return niceTicks([0, highest], 6, wholeOnly ? 1 : 0);
}
