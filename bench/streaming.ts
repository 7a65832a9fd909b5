import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type BenchRow, row } from './rows.ts';
import { calm, firstMessage } from './side.ts';
import type { Stepping } from './stepping.ts';

/** How fast steps follow each other. */
type Pace = 'back to back' | '1 kHz';

/** Most that may lie in the young half of the heap. */
type YoungHeap = 'default' | '1 MiB';

const script = fileURLToPath(new URL('stepping.ts', import.meta.url));

/** Steps in a process of its own, whose garbage collector has nothing else to do. */
async function stepping(
  pace: Pace,
  youngHeap: YoungHeap,
  steps: number,
  neurons = 1024,
): Promise<Stepping> {
  const young = youngHeap === 'default' ? [] : ['--max-semi-space-size=1'];
  const child = fork(script, [pace, String(steps), String(neurons)], {
    execArgv: [...process.execArgv, ...calm, ...young],
  });
  return firstMessage<Stepping>(child);
}

/** How long a step of 1024 neurons takes. */
async function stepRow(
  name: string,
  pace: Pace,
  youngHeap: YoungHeap,
  steps: number,
): Promise<BenchRow> {
  const { p50, ...rest } = await stepping(pace, youngHeap, steps);
  return row(name, p50, 'ms', null, { pace, youngHeap, p50, ...rest });
}

/** Streams as fast as it goes, then 1000 steps a second for `seconds`. */
export async function streaming(seconds: number): Promise<BenchRow[]> {
  const pauses = await stepping('1 kHz', 'default', seconds * 1000, 256);
  const { longestPause, ...rest } = pauses;
  return [
    row('streaming.pause', longestPause, 'ms', '<= 2', { pace: '1 kHz', ...rest }),
    await stepRow('streaming.back-to-back', 'back to back', 'default', 10_000),
    await stepRow('streaming.1kHz', '1 kHz', 'default', seconds * 1000),
    await stepRow('streaming.1kHz.young-heap', '1 kHz', '1 MiB', seconds * 1000),
  ];
}
