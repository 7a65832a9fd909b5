import { concatMap, of, Subject } from 'rxjs';
import {
  chip,
  deploy,
  dynapSim,
  fromPull,
  fromRaster,
  linear,
  pipeline,
  poisson,
  poissonRaster,
  runOn,
  simulator,
  toEvents,
  toFpga,
  virtualBoard,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { demandOfSubscriber, gate, onDemand } from '#src/demand';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const net = pipeline(linear({ weight: [[8]] }), dynapSim({ neurons: 1 }));
const deployment = deploy(net);
const recording = poissonRaster({ channels: 1, rate: 100, duration: 0.4, seed: 1 });
const chunks = Array.from({ length: 400 }, (_, i) => ({
  ...recording,
  steps: 1,
  startTime: i * 1000,
  counts: recording.counts.subarray(i, i + 1),
}));

/** A board in virtual time, whose host is held up now and then. */
async function rig() {
  const clock = new TestClock(77.25);
  const link = await virtualBoard({ realTime: true, clock, mismatch: { fraction: 0 } }).open();
  return { clock, host: clock.host(), link };
}

/** Lets time pass, and the turns of the event loop in which sources go on. */
async function pass(clock: TestClock, milliseconds: number): Promise<void> {
  for (let i = 0; i < milliseconds; i++) {
    await clock.pass(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a source that can wait', () => {
  it('is held back by a chip in real time, through operators in between, and nothing of it is late', async () => {
    const { clock, host, link } = await rig();
    let given = 0;
    function* items() {
      for (const chunk of chunks) {
        given++;
        yield chunk;
      }
    }
    const target = chip(link, { clock: host, deployment });
    const seen = watch(
      fromPull(items(), { consume: (chunk) => of(chunk) }).pipe(
        concatMap((chunk) => of(chunk)),
        runOn(target, net),
      ),
    );
    await pass(clock, 20);
    expect(given).toBeLessThan(100);
    for (let i = 0; i < 4; i++) {
      host.stall(20);
      await pass(clock, 120);
      expect(given).toBeLessThanOrEqual(seen.values.length + 70);
    }
    await pass(clock, 100);
    expect([seen.ended, seen.values.length]).toEqual(['completed', 400]);
    expect(link.statistics).toMatchObject({ late: 0, dropped: 0 });
    expect(target.losses.byReason['late']).toBeUndefined();
    await link.close();
  });

  it('is half a second ahead of the board at most, however long its chunks are', async () => {
    for (const [steps, most] of [
      [100, 8],
      [1000, 4],
    ] as const) {
      const { clock, link } = await rig();
      let given = 0;
      const counts = new Uint32Array(steps);
      function* items() {
        for (; given < 40; given++)
          yield { ...recording, steps, startTime: given * steps * 1000, counts };
      }
      const target = chip(link, { clock, deployment });
      const seen = watch(
        fromPull(items(), { consume: (chunk) => of(chunk) }).pipe(runOn(target, net)),
      );
      await pass(clock, 50);
      expect(given).toBeLessThanOrEqual(most);
      await pass(clock, 2 * steps + 20);
      expect(seen.values.length).toBeGreaterThanOrEqual(2);
      expect(given - seen.values.length).toBeLessThanOrEqual(most);
      seen.unsubscribe();
      await link.close();
    }
  });

  it('is held back by a sink, so that it drops nothing', async () => {
    const { clock, link } = await rig();
    await link.configure(deployment.configuration);
    const { inputWords } = deployment;
    const noise$ = poisson({ channels: 1, rate: 800, duration: 1, seed: 3, chunkSteps: 10 });
    const seen = watch(noise$.pipe(toEvents(), toFpga(link, { clock, inputWords, capacity: 100 })));
    await pass(clock, 1200);
    expect(seen.ended).toBe('completed');
    const { sent, delivered, late, dropped } = seen.values.at(-1)!;
    expect(sent).toBeGreaterThan(500);
    expect([delivered, late, dropped]).toEqual([sent, 0, 0]);
    await link.close();
  });

  it('goes on at once on a target that does not lag behind, and when it is left', async () => {
    const seen = watch(fromRaster(recording, { chunkSteps: 4 }).pipe(runOn(simulator(), net)));
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(seen.ended).toBe('completed');
    const { clock, link } = await rig();
    const held = watch(
      fromRaster(recording, { chunkSteps: 1 }).pipe(runOn(chip(link, { clock, deployment }), net)),
    );
    await pass(clock, 5);
    held.unsubscribe();
    await pass(clock, 50);
    expect(held.values.length).toBeLessThan(10);
    await link.close();
  });
});

describe('a demand', () => {
  it('is that of the nearest consumer, for sources that are subscribed to in the same turn', () => {
    const [outer, inner] = [gate(), gate()];
    const seen: unknown[] = [];
    onDemand(outer, () => {
      onDemand(undefined, () => seen.push(demandOfSubscriber()));
      onDemand(inner, () => seen.push(demandOfSubscriber()));
      expect(() =>
        onDemand(inner, () => {
          throw new Error('no');
        }),
      ).toThrow('no');
      seen.push(demandOfSubscriber());
    });
    expect(seen).toEqual([outer, inner, outer]);
    expect([demandOfSubscriber(), outer.asked, gate().asked]).toEqual([undefined, true, false]);
  });

  it('calls back when it opens, once, and not those that have gone', () => {
    const made = gate();
    const calls: string[] = [];
    made.set(false);
    made.whenOpen(() => calls.push('stays'));
    made.whenOpen(() => calls.push('goes'))();
    made.set(false);
    expect([made.open, calls]).toEqual([false, []]);
    made.set(true);
    made.set(true);
    expect([made.open, calls]).toEqual([true, ['stays']]);
  });

  it('is not asked for by what keeps time by itself', async () => {
    const { clock, link } = await rig();
    const live = new Subject<(typeof chunks)[number]>();
    const target = chip(link, { clock, deployment });
    const seen = watch(live.pipe(runOn(target, net)));
    for (const chunk of chunks.slice(0, 20)) {
      live.next(chunk);
      await clock.pass(1);
    }
    live.complete();
    await pass(clock, 30);
    expect([seen.ended, seen.values.length]).toEqual(['completed', 20]);
    await link.close();
  });
});
