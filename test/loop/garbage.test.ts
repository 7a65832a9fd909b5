import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { runInNewContext } from 'node:vm';
import { lif, linear, pipeline, simulator } from 'spikeline';
import { systemClock } from 'spikeline/devices';
import { closeLoop, metronome } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { collectorsOf, machineCollector } from '#src/loop/garbage';

/** A heap of which a test says how much is in it, and how long a collection takes. */
function heapOfTest() {
  const heap = { bytes: 5e7, takes: 0.4, time: 0 };
  const collected: string[] = [];
  const make = collectorsOf({
    used: () => heap.bytes,
    collect(which) {
      collected.push(which);
      heap.bytes = 5e7;
      heap.time += heap.takes;
    },
    now: () => heap.time,
  });
  const collector = make();
  /** Steps that make garbage, with so much time left after each. */
  const steps = (count: number, bytes: number, left: number) => {
    for (let i = 0; i < count; i++) {
      heap.bytes += bytes;
      collector.between(left);
    }
    return collected.splice(0).length;
  };
  return { heap, make, collector, collected, steps };
}

/** An entry of the garbage collector, whose types Node leaves out. */
interface Collection {
  readonly detail: { readonly kind: number; readonly flags: number };
}

/** What the garbage collector did because it was told to, as long as something runs. */
async function toldTo(run: () => Promise<void>): Promise<number[]> {
  const kinds: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries() as (PerformanceEntry & Collection)[]) {
      if (detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) kinds.push(detail.kind);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  await run();
  await new Promise((resolve) => setTimeout(resolve, 10));
  observer.disconnect();
  return kinds;
}

const young = constants.NODE_PERFORMANCE_GC_MINOR;
const all = constants.NODE_PERFORMANCE_GC_MAJOR;

describe('garbage of steps in real time', () => {
  it('is collected by 4 MB where there is time, and by 12 MB where there is none', () => {
    const { steps } = heapOfTest();
    // 40 MB in each case: looked at every 16 steps, so that some more comes together.
    expect(steps(4000, 1e4, 0.9)).toBe(9);
    expect(steps(4000, 1e4, 0.1)).toBe(3);
  });

  it('leaves alone what others collect', () => {
    const { steps, heap } = heapOfTest();
    expect(steps(320, 1e4, 0.9)).toBe(0);
    heap.bytes = 4e7;
    expect(steps(320, 1e4, 0.9)).toBe(0);
    expect(steps(160, 1e4, 0.9)).toBe(1);
  });

  it('waits for more once a collection takes longer than is left, until it does no more', () => {
    const { steps, heap } = heapOfTest();
    heap.takes = 3;
    expect(steps(480, 1e4, 0.9)).toBe(1);
    expect(steps(480, 1e4, 0.9)).toBe(0);
    heap.takes = 0.4;
    // Held up once, it is trusted again after the next ones.
    expect(steps(4000, 1e4, 0.9)).toBeGreaterThan(5);
  });

  it('is not collected as a whole while others step', () => {
    const { make, collector, collected } = heapOfTest();
    collector.enter();
    make().settle();
    expect(collected).toEqual([]);
    collector.leave();
    make().settle();
    expect(collected).toEqual(['all']);
  });

  it('is left to the next loop as to the first, however the one before has ended', async () => {
    const ticks = metronome(1e-3, { policy: 'catchUp', ticks: 3 });
    await new Promise<void>((resolve) => ticks.subscribe({ complete: resolve }));
    ticks.subscribe().unsubscribe();
    const stalled = metronome(1e-3, { policy: 'stop' });
    await new Promise<void>((resolve) =>
      stalled.subscribe({
        next() {
          for (const begin = performance.now(); performance.now() < begin + 5; );
        },
        error: () => resolve(),
      }),
    );
    expect(await toldTo(async () => machineCollector()!.settle())).toEqual([all]);
  });

  it('is collected as a whole before a loop begins, and between its steps', async () => {
    const net = pipeline(linear({ weight: [[1]] }), lif({ neurons: 1, dt: 1e-3, tauMem: 5e-3 }));
    let kept: object[] = [];
    const kinds = await toldTo(
      () =>
        new Promise((resolve, reject) => {
          closeLoop<number, number>({
            target: simulator(),
            net,
            environment: { reset: () => 0, step: () => ({ observation: 0 }) },
            encode: () => [0],
            decode: () => 0,
            realTime: { spin: 0 },
            steps: 200,
          }).subscribe({
            // A tenth of a megabyte for each.
            next: () => (kept = Array.from({ length: 2000 }, (_, i) => ({ i }))),
            error: reject,
            complete: resolve,
          });
        }),
    );
    expect(kept).toHaveLength(2000);
    expect(kinds[0]).toBe(all);
    expect(kinds.slice(1)).toContain(young);
    expect(kinds.slice(1)).not.toContain(all);
  });

  it('is left alone where a clock is given', async () => {
    const kinds = await toldTo(
      () =>
        new Promise((resolve) => {
          metronome(1e-3, { ticks: 100, clock: systemClock }).subscribe({
            next: () => void Array.from({ length: 2000 }, (_, i) => ({ i })),
            complete: resolve,
          });
        }),
    );
    expect(kinds).toEqual([]);
  });

  it('gives nobody else a collector', () => {
    machineCollector();
    expect('gc' in globalThis).toBe(false);
    expect(runInNewContext('typeof gc')).toBe('undefined');
  });
});
