// Runs events through a board and tells what each leaves on the heap: `index.ts` starts it, with room for all of it.
import { PerformanceObserver } from 'node:perf_hooks';
import type { ChipConfig } from 'spikeline';
import { answers } from '../side.ts';
import { run } from './run.ts';

/** What is asked for. */
export interface Asked {
  readonly config: ChipConfig;
  readonly seconds: number;
}

/** What was found. */
export interface Told {
  /** Bytes on the heap for each event: of the library, of the bench, and of waiting for the next. */
  readonly bytes: number;
  readonly events: number;
  /** Times that garbage was collected meanwhile; the bytes are right if it is 0. */
  readonly collections: number;
}

async function measure({ config, seconds }: Asked): Promise<Told> {
  const total = Math.round(seconds * 1000);
  // What starting leaves is no garbage of events, nor what code leaves that is not compiled yet.
  const from = Math.round(total / 2);
  let before = 0;
  let after = 0;
  let begin = 0;
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries())
      if (begin > 0 && startTime > begin) collections++;
  });
  observer.observe({ entryTypes: ['gc'] });
  await run(seconds, config, 0, (k) => {
    if (k === from) {
      begin = performance.now();
      before = process.memoryUsage().heapUsed;
    } else if (k === total - 1) after = process.memoryUsage().heapUsed;
  });
  observer.disconnect();
  const events = total - 1 - from;
  return { bytes: Math.round((after - before) / events), events, collections };
}

answers(measure);
