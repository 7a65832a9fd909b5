import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { Subject } from 'rxjs';
import { randomStream, type WeightedRaster } from 'spikeline';
import { dynapSim } from 'spikeline/operators';
import { normal } from './measure.ts';

/** One step of many neurons at a time, 1000 times a second, through the RxJS operator. */
interface StreamingRow {
  readonly neurons: number;
  readonly seconds: number;
  readonly steps: number;
  /** Milliseconds of one step: median, 99 of 100, longest. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Pauses of the garbage collector: how many, and the longest, milliseconds. */
  readonly pauses: number;
  readonly longestPause: number;
}

/** Streams for `seconds` and measures every step. */
export async function streaming(seconds: number): Promise<StreamingRow[]> {
  const neurons = 1024;
  const random = randomStream(0, 'streaming');
  const input = new Subject<WeightedRaster>();
  input
    .pipe(dynapSim({ neurons, recurrent: normal(neurons, neurons, 1 / Math.sqrt(neurons)) }))
    .subscribe();
  const chunks = Array.from({ length: 64 }, () =>
    Float64Array.from({ length: neurons }, () => +(random.uniform() < 0.1)),
  );
  let step = 0;
  const advance = (): void =>
    input.next({
      ...{ steps: 1, channels: neurons, dt: 1e-3, startTime: step * 1000 },
      values: chunks[step++ % chunks.length]!,
    });
  for (let k = 0; k < 2000; k++) advance();

  let [pauses, longestPause] = [0, 0];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      pauses++;
      longestPause = Math.max(longestPause, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const pillow = new Int32Array(new SharedArrayBuffer(4));
  const taken = new Float64Array(seconds * 1000);
  const begin = performance.now();
  for (let k = 0; k < taken.length; k++) {
    // Waits without leaving anything behind, and lets the machine breathe ten times a second.
    if (k % 100 === 0) await setImmediate();
    // Asleep, not asking for the time: each answer would be garbage.
    const early = k - (performance.now() - begin);
    if (early > 0) Atomics.wait(pillow, 0, 0, early);
    const from = performance.now();
    advance();
    taken[k] = performance.now() - from;
  }
  await setImmediate();
  observer.disconnect();
  input.complete();
  taken.sort();
  const at = (share: number): number => taken[Math.floor(share * (taken.length - 1))]!;
  return [
    {
      ...{ neurons, seconds, steps: taken.length },
      ...{ p50: at(0.5), p99: at(0.99), longest: at(1), pauses, longestPause },
    },
  ];
}
