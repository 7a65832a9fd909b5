// Steps a population and tells how long each step took: `streaming.ts` starts it, in a process of its own.
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { Subject } from 'rxjs';
import type { SignalRaster } from 'spikeline';
import { settleMemory } from 'spikeline/loop';
import { randomStream } from 'spikeline/neurons';
import { applyDynapSim } from 'spikeline/operators';
import { normal } from './tasks.ts';

/** What steps took. */
export interface Stepping {
  readonly neurons: number;
  readonly steps: number;
  /** Milliseconds of one step: median, 99 of 100, longest. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Pauses of the garbage collector: how many, and the longest, milliseconds. */
  readonly pauses: number;
  readonly longestPause: number;
}

/** A population behind its operator, and what lets it do the next step. */
function population(neurons: number): { advance(): void; close(): void } {
  const random = randomStream(0, 'streaming');
  const input = new Subject<SignalRaster>();
  input
    .pipe(applyDynapSim({ neurons, recurrent: normal(neurons, neurons, 1 / Math.sqrt(neurons)) }))
    .subscribe();
  const chunks = Array.from({ length: 64 }, () =>
    Float64Array.from({ length: neurons }, () => +(random.uniform() < 0.1)),
  );
  let step = 0;
  return {
    advance: () =>
      input.next({
        steps: 1,
        channels: neurons,
        dt: 1e-3,
        startTime: step * 1000,
        values: chunks[step++ % chunks.length]!,
      }),
    close: () => input.complete(),
  };
}

/** Measures `steps` steps, before each of which `wait` is called with its number. */
async function measure(
  neurons: number,
  steps: number,
  wait: (k: number) => void,
): Promise<Stepping> {
  const { advance, close } = population(neurons);
  for (let k = 0; k < 2000; k++) advance();
  // What starting has left behind is no garbage of the loop.
  await settleMemory();
  let [pauses, longestPause] = [0, 0];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      pauses++;
      longestPause = Math.max(longestPause, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const taken = new Float64Array(steps);
  for (let k = 0; k < steps; k++) {
    // Lets the machine breathe ten times a second, and the observer see.
    if (k % 100 === 0) await setImmediate();
    wait(k);
    const from = performance.now();
    advance();
    taken[k] = performance.now() - from;
  }
  await setImmediate();
  observer.disconnect();
  close();
  taken.sort();
  const at = (share: number): number => taken[Math.floor(share * (taken.length - 1))]!;
  return { neurons, steps, p50: at(0.5), p99: at(0.99), longest: at(1), pauses, longestPause };
}

/** Waits for the millisecond of step k; asleep, not asking for the time: each answer would be garbage. */
function everyMillisecond(): (k: number) => void {
  const pillow = new Int32Array(new SharedArrayBuffer(4));
  let begin = 0;
  return (k) => {
    if (k === 0) begin = performance.now();
    const early = k - (performance.now() - begin);
    if (early > 0) Atomics.wait(pillow, 0, 0, early);
  };
}

const [pace, steps, neurons] = process.argv.slice(2);
process.send?.(
  await measure(Number(neurons), Number(steps), pace === '1 kHz' ? everyMillisecond() : () => {}),
);
