/** The latency meter: how long what passes one place of a pipeline takes to another. */
import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { type Clock, monotonic } from '../src/clock.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import { type LatencyBin, type LatencySummary, latencyHistogram } from '../src/loop/latency.ts';
import { having, number, type OptionTable, soundOptions } from '../src/options.ts';
import { queue } from '../src/queue.ts';

/** Configuration of {@link latencyMeter}. */
export interface LatencyMeterConfig {
  /** Most items under way that are remembered; beyond, the oldest are given up and counted as `unanswered`. 65 536 if left out. */
  readonly most?: number;
  /** The clock; the machine's if left out. */
  readonly clock?: Clock;
  /** Counts items without a partner; the meter's own if left out. */
  readonly losses?: Losses;
}

/** Measures latencies between two places. */
export interface LatencyMeter {
  /** Operator at the place where items set out. Without keys, the first that sets out is the first to arrive. */
  start<T>(keyOf?: (item: T) => unknown): MonoTypeOperatorFunction<T>;
  /** Operator at the place where items arrive. */
  stop<T>(keyOf?: (item: T) => unknown): MonoTypeOperatorFunction<T>;
  /** Notes that something sets out now, as an item does that passes {@link start}. */
  begin(key?: unknown): void;
  /** Notes that it has arrived, as an item does that passes {@link stop}. */
  end(key?: unknown): void;
  /** Counts a latency that was measured otherwise, microseconds. */
  record(microseconds: number): void;
  /** Mean, extremes and quantiles of the latencies so far, microseconds. */
  readonly summary: LatencySummary;
  /** Items that have set out and not arrived. */
  readonly open: number;
  /** Items that were given up (`unanswered`), or arrived without having set out (`unasked`). */
  readonly losses: Losses;
  /** The latency that a share of all, from 0 to 1, does not exceed, microseconds. @throws InvalidArgumentError */
  quantile(share: number): number;
  /** Counts of the latencies in bins that cover them all, `perDecade` for each factor of ten, 1000 at most: a histogram to draw. @throws InvalidArgumentError */
  bins(perDecade?: number): readonly LatencyBin[];
  /** Forgets all latencies, and what is under way. */
  reset(): void;
}

const table: OptionTable<LatencyMeterConfig> = {
  most: number({ min: 1, max: 2 ** 24, whole: true, unit: 'items' }),
  clock: having('a clock', 'now'),
  losses: lossesCheck,
};

/**
 * Measures how long items take from one place to another, of one pipeline or of two. It keeps a histogram with three
 * significant digits of each latency, in a few hundred kilobytes however long it runs.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const meter = latencyMeter();
 * from([1, 2, 3]).pipe(
 *   meter.start(),
 *   concatMap((item) => Promise.resolve(item)),
 *   meter.stop(),
 *   map(() => meter.summary.count),
 * ); // emits 1, 2, 3
 * ```
 */
export function latencyMeter(config: LatencyMeterConfig = {}): LatencyMeter {
  config = soundOptions('nothing can be measured', config, table);
  const { most = 2 ** 16, losses = lossCounter() } = config;
  const clock = monotonic(config.clock);
  const histogram = latencyHistogram();
  const unkeyed = queue<number>();
  /** When items with a key set out. */
  const keyed = new Map<unknown, number>();
  const begin = (key?: unknown): void => {
    if (unkeyed.size + keyed.size >= most) {
      if (unkeyed.size > 0) unkeyed.shift();
      else keyed.delete(keyed.keys().next().value);
      losses.add('unanswered', 1);
    }
    if (key === undefined) unkeyed.push(clock.now());
    else {
      // The same once more: nobody will answer the first.
      if (keyed.delete(key)) losses.add('unanswered', 1);
      keyed.set(key, clock.now());
    }
  };
  const end = (key?: unknown): void => {
    const now = clock.now();
    const since = key === undefined ? unkeyed.shift() : keyed.get(key);
    if (since === undefined) {
      losses.add('unasked', 1);
      return;
    }
    if (key !== undefined) keyed.delete(key);
    histogram.record((now - since) * 1000);
  };
  return {
    start: (keyOf) => tap((item) => begin(keyOf?.(item))),
    stop: (keyOf) => tap((item) => end(keyOf?.(item))),
    begin,
    end,
    record: histogram.record,
    get summary() {
      return histogram.summary;
    },
    get open() {
      return unkeyed.size + keyed.size;
    },
    losses,
    quantile: histogram.quantile,
    bins: histogram.bins,
    reset() {
      histogram.reset();
      unkeyed.clear();
      keyed.clear();
    },
  };
}
