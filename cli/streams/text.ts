/** What is said of streams that have ended. */

import { printable } from 'spikeline/problems';
import type { WriteReport } from 'spikeline/sinks';
import { columns } from '../columns.ts';

/** What became of a stream that was written. */
export function endText(name: string, report: WriteReport | undefined, seconds: number): string {
  const took = ` in ${seconds.toFixed(2)} s`;
  if (report === undefined) return `${took}; nothing was told of ${printable(name)}`;
  const { count, bytes, format } = report;
  return `${took}; ${count} in ${printable(name)} (${format}, ${bytes} bytes)`;
}

/** A table of what was lost or passed over; nothing if nothing was. */
export function lossText(losses: Readonly<Record<string, number>>): string {
  const rows = Object.entries(losses);
  if (rows.length === 0) return '';
  return `${columns([['passed over', 'count'], ...rows.map(([reason, count]) => [reason, `${count}`])])}\n`;
}
