/** Latencies in a histogram of high dynamic range: three digits of each, from a nanosecond to an hour. */

import hdr from 'hdr-histogram-js/dist/Int32Histogram.js';
import { InvalidArgumentError } from '../errors.ts';
import { number, refuse } from '../options.ts';
import { fault, within } from '../problems.ts';

/** The class of the library, which is CommonJS: bundlers and Node do not agree on what its default is. */
const Counts = ('default' in hdr ? hdr.default : hdr) as typeof hdr.default;

/** Longest latency that is told from longer ones, nanoseconds: an hour. */
const longest = 3600e9;

const digits = 3;

const share01 = number({ min: 0, max: 1 });
const binsInDecade = number({ min: 1, max: 1000, whole: true, unit: 'bins' });

/** What latencies were like; microseconds. Without any, all are 0. */
export interface LatencySummary {
  /** How many there were. */
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  /** Half of them were shorter. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /** One of a thousand was longer. */
  readonly p999: number;
  readonly max: number;
}

/** Latencies between two bounds, microseconds. */
export interface LatencyBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Counts latencies. */
export interface LatencyHistogram {
  /** Counts one, microseconds; what is below 0 counts as 0, what is longer than an hour as an hour. */
  record(microseconds: number): void;
  /** What they were like so far. */
  readonly summary: LatencySummary;
  /** The latency that a share of all, from 0 to 1, does not exceed, microseconds; to three digits. */
  quantile(share: number): number;
  /** How many lie in each of the bins that cover them all, `perDecade` for each factor of ten: 10 if left out, 1000 at most. */
  bins(perDecade?: number): readonly LatencyBin[];
  /** Forgets all. */
  reset(): void;
}

/** Makes an empty histogram. */
export function latencyHistogram(): LatencyHistogram {
  const counts = new Counts(1, longest, digits);
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  const quantile = (share: number): number => {
    refuse('there is no such quantile', () => within('share', share01(share)));
    if (counts.totalCount === 0) return 0;
    return Math.min(max, counts.getValueAtPercentile(100 * share) / 1000);
  };
  return {
    record(microseconds) {
      if (typeof microseconds !== 'number' || Number.isNaN(microseconds)) throw noLatency();
      const bounded = Math.min(longest / 1000, Math.max(0, microseconds));
      sum += bounded;
      if (bounded < min) min = bounded;
      if (bounded > max) max = bounded;
      counts.recordValue(Math.round(bounded * 1000));
    },
    get summary() {
      const count = counts.totalCount;
      return {
        count,
        mean: count === 0 ? 0 : sum / count,
        min: count === 0 ? 0 : min,
        p50: quantile(0.5),
        p90: quantile(0.9),
        p99: quantile(0.99),
        p999: quantile(0.999),
        max,
      };
    },
    quantile,
    bins(perDecade = 10) {
      refuse('there are no such bins', () => within('perDecade', binsInDecade(perDecade)));
      if (counts.totalCount === 0) return [];
      const at = (k: number): number => 10 ** (k / perDecade);
      const first = Math.floor(perDecade * Math.log10(Math.max(min, 1e-3)));
      const last = Math.floor(perDecade * Math.log10(Math.max(max, 1e-3)));
      const found = Array.from({ length: last - first + 1 }, () => 0);
      for (const [value, count] of recorded(counts)) {
        const k = Math.floor(perDecade * Math.log10(Math.max(value / 1000, 1e-3)));
        const bin = Math.min(last, Math.max(first, k)) - first;
        found[bin] = found[bin]! + count;
      }
      return found.map((count, i) => ({ from: at(first + i), to: at(first + i + 1), count }));
    },
    reset() {
      counts.reset();
      sum = 0;
      min = Number.POSITIVE_INFINITY;
      max = 0;
    },
  };
}

function noLatency(): InvalidArgumentError {
  const needed = 'microseconds are needed';
  return new InvalidArgumentError('no latency was measured', [
    fault('microseconds', 'wrong-type', needed),
  ]);
}

/** The values that were recorded, nanoseconds, and how often. */
function* recorded(
  counts: InstanceType<typeof Counts>,
): Generator<readonly [value: number, count: number]> {
  for (let i = 0; i < counts.countsArrayLength; i++) {
    const count = counts.getCountAtIndex(i);
    if (count > 0) yield [counts.valueFromIndex(i), count];
  }
}
