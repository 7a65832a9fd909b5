/** What a measurement of the machine has shown, as numbers, as text and as a picture. */
import type { LatencyMeter } from 'spikeline/loop';
import { columns } from '../columns.ts';
import { linePlot } from '../pictures/index.ts';

/** The numbers; microseconds. */
export interface LatencyReport {
  readonly target: string;
  /** Length of a step. */
  readonly step: number;
  readonly steps: number;
  /** Steps that came too late to be made. */
  readonly missed: number;
  /** Steps left out since the board did not answer. */
  readonly stalled: number;
  /** Steps in whose answer nothing came, and whose spikes may have come with those of a step before: their inputs reached the board within one of its own steps. */
  readonly together: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Sums a measurement up. */
export function latencyReport(
  target: string,
  dt: number,
  { summary }: LatencyMeter,
  losses: Readonly<Record<string, number>>,
): LatencyReport {
  const { count, mean, p50, p90, p99, p999, max } = summary;
  const { missed = 0, stalled = 0, together = 0 } = losses;
  const counts = { steps: count, missed, stalled, together };
  return { target, step: dt * 1e6, ...counts, mean, p50, p90, p99, p999, max };
}

const milliseconds = (micros: number): string => (micros / 1000).toPrecision(3);

/** Widest bar, characters. */
const widest = 40;

/** The numbers in a table, and the histogram in characters. */
export function latencyText(report: LatencyReport, meter: LatencyMeter): string {
  const { target, step, steps, missed, stalled, together, p50, p90, p99, p999, max } = report;
  const share = missed === 0 ? 0 : (100 * missed) / (steps + missed + stalled);
  const table = columns([
    [
      ...['target', 'step ms', 'steps', 'missed %', 'stalled', 'together'],
      ...['p50 ms', 'p90', 'p99', 'p99.9', 'longest'],
    ],
    [
      target,
      milliseconds(step),
      `${steps}`,
      `${Number(share.toPrecision(2))}`,
      `${stalled}`,
      `${together}`,
      ...[p50, p90, p99, p999, max].map(milliseconds),
    ],
  ]);
  const bins = meter.bins(5);
  if (bins.length === 0) return table;
  const most = Math.log1p(Math.max(...bins.map(({ count }) => count)));
  const bars = bins.map(({ from, to, count }) => {
    const bar = '█'.repeat(Math.ceil((widest * Math.log1p(count)) / most));
    return `${milliseconds(from).padStart(9)} – ${milliseconds(to).padEnd(8)} ${bar} ${count}`;
  });
  return `${table}\n\nsteps by latency (ms), bars on a logarithmic scale\n${bars.join('\n')}`;
}

/** Draws how long the slowest one of ten, a hundred, … steps takes. */
export function latencyPicture({ target, steps }: LatencyReport, meter: LatencyMeter): string {
  const nines = Math.log10(Math.max(10, steps));
  const points = Array.from({ length: 101 }, (_, i): [number, number] => {
    const x = (i * nines) / 100;
    return [x, meter.quantile(1 - 10 ** -x) / 1000];
  });
  return linePlot({
    title: `latency of a step: ${target}`,
    xLabel: 'one of 10^x steps takes longer: x',
    yLabel: 'latency (ms)',
    series: [{ label: `${steps} steps`, points }],
  });
}
