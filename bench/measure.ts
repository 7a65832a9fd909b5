import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects all garbage. */
export function freeMemory(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Repetitions of each measurement, of which the median is taken. */
export const repetitions = 9;

/** The value below which a share of some values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** The middle of some values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Measurements of one thing: their middle, and how far they spread. */
export interface Sample {
  readonly median: number;
  /** First and third quartile. */
  readonly low: number;
  readonly high: number;
  readonly values: readonly number[];
}

/** Sums measurements up. */
export function sample(values: readonly number[]): Sample {
  return {
    median: median(values),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    values,
  };
}

/** How many times the one is the other, round by round: what else the machine did meets both of a round. */
export function ratios(above: Sample, below: Sample): Sample {
  return sample(above.values.map((value, round) => value / below.values[round]!));
}

/** Seconds that one call takes. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

/** Seconds of several calls. */
export async function timed(work: () => unknown, times: number = repetitions): Promise<Sample> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) taken.push(await secondsOf(work));
  return sample(taken);
}

/** Calls `work` until it has run for some time, so that the engine has compiled what is hot. */
export async function warmUp(work: () => unknown, seconds = 0.5): Promise<void> {
  for (let spent = 0; spent < seconds; ) spent += await secondsOf(work);
}

/** Measures once, and gives what it measured: a rate, or seconds. */
export type Run = () => number | Promise<number>;

/**
 * Measures several things turn by turn, so that whatever else the machine does meets them all; what is
 * undefined is left out. The first round warms up and does not count.
 */
export async function inTurn<Name extends string, Optional extends string = never>(
  runs: { readonly [name in Name]: Run } & { readonly [name in Optional]?: Run | undefined },
  rounds: number = repetitions,
): Promise<{ readonly [name in Name]: Sample } & { readonly [name in Optional]?: Sample }> {
  const given: [string, Run | undefined][] = Object.entries(runs);
  const found = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of given) {
      if (run === undefined) continue;
      const value = await run();
      if (round === 0) found.set(name, []);
      else found.get(name)!.push(value);
    }
  }
  return Object.fromEntries([...found].map(([name, values]) => [name, sample(values)])) as {
    readonly [name in Name]: Sample;
  } & { readonly [name in Optional]?: Sample };
}

/** How much slower something became, as a factor, with the interval that holds the truth in 95 of 100 cases. */
export interface Slowdown {
  /** Time now over time then: above 1 is slower. */
  readonly factor: number;
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

/**
 * The slowdown that pairs of measurements show: mean of the logarithms of the ratios, and Student's interval.
 *
 * @param pairs seconds now and then, taken one right after the other
 */
export function slowdown(pairs: readonly (readonly [now: number, then: number])[]): Slowdown {
  const logs = pairs.map(([now, then]) => Math.log(now / then));
  const count = logs.length;
  const mean = logs.reduce((sum, value) => sum + value, 0) / count;
  const squares = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const margin = student(count - 1) * Math.sqrt(squares / (count - 1) / count);
  return {
    factor: Math.exp(mean),
    low: Math.exp(mean - margin),
    high: Math.exp(mean + margin),
    pairs: count,
  };
}

/** The 97.5 % quantile of Student's distribution (Abramowitz and Stegun 26.7.5). */
function student(freedom: number): number {
  const z = 1.959964;
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}
