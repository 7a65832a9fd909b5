// Runs one closed loop in real time and tells how it went: `index.ts` starts it, in a process of its own.
import { latencyMeter } from 'spikeline/loop';
import { freeMemory } from '../measure.ts';
import { answers } from '../side.ts';
import { type Heap, type HeapWatch, watchHeap } from './heap.ts';
import { type AskedLoop, type LoopFound, runLoop } from './run.ts';
import { type Served, served } from './served.ts';

/** What is asked for. */
export interface Asked extends AskedLoop {
  readonly seconds: number;
}

/** How it went. Latencies in milliseconds. */
export interface Told extends LoopFound {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly steps: number;
  /** How late ticks came, milliseconds. */
  readonly late50: number;
  readonly late99: number;
  /** Longest pause of the garbage collector from the first step on, milliseconds, and how many there were. */
  readonly pause: number;
  readonly pauses: number;
  /** The same of the process that serves the board, if there is one. */
  readonly servedPause?: number;
  readonly servedPauses?: number;
  /** The histogram: bounds in milliseconds, and counts. */
  readonly bins: readonly (readonly [from: number, to: number, count: number])[];
  /** Bytes that a step leaves on the heap, and those that it leaves in the process that serves the board; right if nothing was collected. */
  readonly bytes: number;
  readonly servedBytes?: number;
}

/** A heap from the first step that counts to the last. */
interface Spent extends Heap {
  /** Bytes that each step has left. */
  readonly each: number;
}

/** Runs a loop beginning with a clean heap; `board` is another process whose heap is watched. */
async function watched(
  run: (stepped: (made: number) => void) => Promise<LoopFound>,
  steps: number,
  board: Served | undefined,
): Promise<{ readonly found: LoopFound; readonly own: Spent; readonly served?: Spent }> {
  await board?.begin();
  freeMemory();
  await new Promise((resolve) => setTimeout(resolve, 100));
  // What starting leaves is no garbage of steps, nor what code leaves that is not compiled yet.
  const from = Math.max(1, Math.round(steps / 10));
  let last = from;
  let heap: HeapWatch | undefined;
  let ownBefore: Heap | undefined;
  let servedBefore: Promise<Heap> | undefined;
  const found = await run((made) => {
    last = made;
    // A pause before the first step holds no step up.
    heap ??= watchHeap();
    if (made !== from) return;
    ownBefore = heap.read();
    servedBefore = board?.tell();
  });
  if (heap === undefined) throw new Error('the loop made no step');
  const spent = (after: Heap, before: Heap | undefined): Spent => {
    const bytes = after.bytes - (before?.bytes ?? Number.NaN);
    return { ...after, each: Math.round(bytes / (last - from)) };
  };
  const { bytes } = heap.read();
  const servedAfter = await board?.tell();
  await new Promise((resolve) => setImmediate(resolve));
  heap.stop();
  const own = spent({ ...heap.read(), bytes }, ownBefore);
  if (servedAfter === undefined) return { found, own };
  return { found, own, served: spent(servedAfter, await servedBefore) };
}

async function measure({ seconds, ...asked }: Asked): Promise<Told> {
  const steps = Math.round(seconds / asked.dt);
  const board = asked.place === 'socket' ? await served() : undefined;
  const [latencies, late] = [latencyMeter(), latencyMeter()];
  const address = board?.address;
  const loop = (count: number, stepped?: (made: number) => void) =>
    runLoop({
      ...asked,
      steps: count,
      address,
      latencies: latencies,
      late: late,
      ...(stepped && { stepped }),
    });
  // What starting has left behind is no garbage of the loop.
  await loop(Math.min(steps, Math.round(2 / asked.dt)));
  latencies.reset();
  late.reset();
  const {
    found,
    own,
    served: other,
  } = await watched((stepped) => loop(steps, stepped), steps, board);
  board?.close();
  const { p50, p99, p999, max } = latencies.summary;
  return {
    p50: p50 / 1000,
    p99: p99 / 1000,
    p999: p999 / 1000,
    max: max / 1000,
    steps,
    ...found,
    late50: late.summary.p50 / 1000,
    late99: late.summary.p99 / 1000,
    pause: own.pause,
    pauses: own.pauses,
    bytes: own.each,
    ...(other && {
      servedPause: other.pause,
      servedPauses: other.pauses,
      servedBytes: other.each,
    }),
    bins: latencies.bins().map(({ from, to, count }) => [from / 1000, to / 1000, count]),
  };
}

answers(measure);
