/** What is said of streams that have ended. */

import { printable } from 'spikeline/problems';
import type { WriteReport } from 'spikeline/sinks';
import { columns } from '../columns.ts';

/** What became of a stream that was written. */
export function endText(name: string, report: WriteReport | undefined, seconds: number): string {
  const took = ` in ${seconds.toFixed(2)} s`;
  if (report === undefined) return `${took}; ${printable(name)} did not take them all`;
  const { count, bytes, format } = report;
  return `${took}; ${count} in ${printable(name)} (${format}, ${bytes} bytes)`;
}

/** A table of what was lost or passed over; nothing if nothing was. */
export function lossText(losses: Readonly<Record<string, number>>): string {
  const rows = Object.entries(losses);
  if (rows.length === 0) return '';
  return `${columns([['passed over', 'count'], ...rows.map(([reason, count]) => [reason, `${count}`])])}\n`;
}

/** What is told of a run. */
export interface RunTold {
  readonly target: string;
  readonly input: { readonly address: string; readonly spikes: number };
  readonly output: { readonly address: string | null; readonly spikes: number };
  /** Time of the stream, seconds. */
  readonly duration: number;
  /** Of the output, spikes per second of the stream, by channel. */
  readonly rates: readonly number[];
  readonly losses: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Time that it took, seconds. */
  readonly seconds: number;
}

/** Channels that are told one by one, at most. */
const mostRates = 32;

/** Tables of rates and losses of a run. */
export function runText({
  target,
  input,
  output,
  duration,
  rates,
  losses,
  seconds,
}: RunTold): string {
  const rate = (count: number): string => (duration > 0 ? (count / duration).toPrecision(4) : '');
  const rows = [
    ['', 'where', 'spikes', 'a second'],
    ['in', input.address, `${input.spikes}`, rate(input.spikes)],
    ['out', output.address ?? 'counted', `${output.spikes}`, rate(output.spikes)],
    ...(rates.length > mostRates
      ? []
      : rates.map((each, i) => [`out ${i}`, '', '', each.toPrecision(4)])),
  ];
  const head = `${duration.toFixed(3)} s of stream on ${printable(target)} in ${seconds.toFixed(2)} s`;
  return `${head}\n${columns(rows)}\n${lossText(flatLosses(losses))}`;
}

/** All losses, each with its place before its reason. */
export function flatLosses(losses: RunTold['losses']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(losses).flatMap(([place, byReason]) =>
      Object.entries(byReason).map(([reason, count]) => [`${place}: ${reason}`, count]),
    ),
  );
}
