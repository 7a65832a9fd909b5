import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Stepping } from './stepping.ts';

/** One step of many neurons at a time through the RxJS operator. */
interface StreamingRow extends Stepping {
  readonly pace: 'back to back' | '1 kHz';
  /** Most that may lie in the young half of the heap, MiB. */
  readonly youngHeap: 'default' | '1 MiB';
}

const script = fileURLToPath(new URL('stepping.ts', import.meta.url));

/** Steps in a process of its own, whose garbage collector has nothing else to do. */
async function stepping(
  pace: StreamingRow['pace'],
  youngHeap: StreamingRow['youngHeap'],
  steps: number,
): Promise<StreamingRow> {
  const young = youngHeap === 'default' ? [] : ['--max-semi-space-size=1'];
  const child = fork(script, [pace, String(steps)], { execArgv: [...process.execArgv, ...young] });
  const stopped = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ended with exit code ${code}`);
  });
  stopped.catch(() => {});
  const [found] = await Promise.race([once(child, 'message'), stopped]);
  return { pace, youngHeap, ...(found as Stepping) };
}

/** Streams as fast as it goes, then 1000 steps a second for `seconds`. */
export async function streaming(seconds: number): Promise<StreamingRow[]> {
  return [
    await stepping('back to back', 'default', 10_000),
    await stepping('1 kHz', 'default', seconds * 1000),
    await stepping('1 kHz', '1 MiB', seconds * 1000),
  ];
}
