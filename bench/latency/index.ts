/** Latencies of a board in this process, in real time, and what each event leaves to the garbage collector. */
import { median, quantile } from '../measure.ts';
import { type BenchRow, row } from '../rows.ts';
import { askSide } from '../side.ts';
import { type Found, run } from './run.ts';
import type { Asked, Told } from './side.ts';

/** What events leave in a process of its own, whose young half of the heap has room for all of it. */
function left(asked: Asked): Promise<Told> {
  const room = ['--min-semi-space-size=256', '--max-semi-space-size=256'];
  return askSide(new URL('side.ts', import.meta.url), room, asked);
}

/** How long what can be known of a run beside its latencies is told with each row. */
function fields({ latencies, sent, late, slips }: Found): Readonly<Record<string, unknown>> {
  return { sent, unanswered: sent - latencies.length, late, slips };
}

/** Latencies of a board in this process, in real time: with look-ahead and without. */
export async function latency(seconds: number, note: (text: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  await run(2, { lookAhead: 5e-3 }, 0);
  for (const ahead of [1, 5]) {
    note(`look-ahead of ${ahead} ms for ${seconds} s`);
    const found = await run(seconds, { lookAhead: ahead / 1000 }, ahead);
    const middle = median(found.latencies);
    const high = quantile(found.latencies, 0.99);
    const name = `latency.${ahead}ms`;
    rows.push(row(`${name}.median`, middle, 'ms', `<= ${ahead + 1.3}`, fields(found)));
    rows.push(row(`${name}.p99`, high, 'ms', `<= ${middle + 1}`, fields(found)));
  }
  const starts: number[] = [];
  for (let start = 0; start < 10; start++) {
    note(`start ${start + 1} of 10`);
    starts.push(median((await run(seconds / 6, { lookAhead: 5e-3 }, 100 + start)).latencies));
  }
  const spread = Math.max(...starts) - Math.min(...starts);
  rows.push(row('latency.5ms.spread', spread, 'ms', '<= 0.2', { medians: starts }));
  note(`immediate for ${seconds} s`);
  const found = await run(seconds, { mode: 'immediate' }, 200);
  const [middle, high] = [median(found.latencies), quantile(found.latencies, 0.99)];
  rows.push(row('latency.immediate.p50', middle, 'ms', '<= 1.2', fields(found)));
  rows.push(row('latency.immediate.p99', high, 'ms', '<= 2', fields(found)));
  for (const [name, config] of Object.entries({
    'latency.5ms.bytes': { lookAhead: 5e-3 },
    'latency.immediate.bytes': { mode: 'immediate' },
  } as const)) {
    note(`bytes of each event: ${name}`);
    const { bytes, ...rest } = await left({ config, seconds: 10 });
    rows.push(row(name, bytes, 'bytes', null, rest));
  }
  return rows;
}
