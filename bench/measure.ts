import {
  dynapSim,
  linear,
  type Pipeline,
  pipeline,
  poissonRaster,
  type TrainingSample,
} from 'spikeline';
import { randomStream } from 'spikeline/neurons';

/** Repetitions of each measurement, of which the median is taken. */
export const repetitions = 9;

/** The middle of some values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** Seconds that one call takes. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

/** Median seconds of several calls. */
export async function medianSeconds(work: () => unknown): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < repetitions; i++) taken.push(await secondsOf(work));
  return median(taken);
}

/** Calls `work` until it has run for some time, so that the engine has compiled what is hot. */
export async function warmUp(work: () => unknown, seconds = 0.5): Promise<void> {
  for (let spent = 0; spent < seconds; ) spent += await secondsOf(work);
}

const random = randomStream(0, 'bench');

/** A matrix of normal numbers. */
export function normal(rows: number, columns: number, scale = 1): number[][] {
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => scale * random.normal()),
  );
}

/** Size of a network that learns. */
export interface Size {
  readonly n: number;
  readonly inputs: number;
  readonly batch: number;
}

/** Steps of every training run. */
export const steps = 500;

/** A recurrent network of one population and what it learns: every trial asks for other neurons. */
export function trainingTask({ n, inputs, batch }: Size): {
  readonly net: Pipeline;
  readonly samples: readonly TrainingSample[];
} {
  const net = pipeline(
    linear({ weight: normal(inputs, n) }),
    dynapSim({ neurons: n, recurrent: normal(n, n) }),
  );
  const samples = Array.from({ length: batch }, (_, b) => ({
    input: poissonRaster({ channels: inputs, rate: 50, duration: steps / 1000, seed: b }),
    target: Float64Array.from({ length: steps * n }, (_, i) => +((i % n) % batch === b)),
  }));
  return { net, samples };
}

/** Lays rows out in columns, headed by their names. */
export function table(rows: readonly object[]): string {
  const names = Object.keys(rows[0] ?? {});
  const text = (value: unknown): string =>
    typeof value !== 'number'
      ? `${value ?? '–'}`
      : Number.isInteger(value)
        ? `${value}`
        : value.toPrecision(3);
  const cells = [names, ...rows.map((row) => Object.values(row).map(text))];
  const widths = names.map((_, c) => Math.max(...cells.map((row) => row[c]!.length)));
  return cells.map((row) => row.map((cell, c) => cell.padStart(widths[c]!)).join('   ')).join('\n');
}
