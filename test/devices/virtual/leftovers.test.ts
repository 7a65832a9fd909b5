import { take } from 'rxjs';
import {
  chip,
  deploy,
  dynapSim,
  type Engine,
  fromRaster,
  linear,
  pipeline,
  poissonRaster,
  referenceEngine,
  runOn,
  spikeRaster,
  virtualBoard,
} from 'spikeline';
import type { SenderCounts } from 'spikeline/devices';
import { describe, expect, it } from 'vitest';
import { echoWord } from '#src/chips/dynapse2/event';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const net = pipeline(
  linear({
    weight: [
      [4, 1],
      [1, 4],
    ],
  }),
  dynapSim({ neurons: 2, name: 'out' }),
);
const { configuration, inputWords } = deploy(net);
const word = inputWords[0]![0]!;
const loud = poissonRaster({ channels: 2, rate: 900, duration: 0.3, seed: 9 });
const quiet = spikeRaster({ channels: 2, dt: 1e-3, counts: { steps: 100 } });
const noise = poissonRaster({ channels: 2, rate: 60, duration: 0.1, seed: 2 });

const burst = (from: number, count = 50) => ({
  timestamps: Uint32Array.from({ length: count }, (_, i) => from + 1000 * i),
  words: new Uint32Array(count).fill(word),
});

/** What was sent is accounted for. */
function expectSum({ sent, delivered, late, dropped }: Record<string, number>): void {
  expect(delivered! + late! + dropped!).toBe(sent);
}

describe('configure', () => {
  for (const realTime of [false, true]) {
    it(`empties what was queued on a board ${realTime ? 'with' : 'without'} a clock`, async () => {
      const clock = new TestClock();
      const link = await virtualBoard({ clock, realTime }).open();
      const heard: number[] = [];
      await link.configure(configuration);
      link.listen({ events: ({ words }) => heard.push(...words) });
      link.send(burst(10_000));
      await link.configure(configuration);
      expectSum(link.statistics);
      expect(link.statistics.dropped).toBe(50);
      const at = (await link.time()) + 200_000;
      const passed = link.time(at);
      await clock.pass(300);
      await passed;
      expect([heard, link.statistics.delivered, link.statistics.late]).toEqual([[], 0, 0]);
      await link.close();
    });

    it(`lets no run be driven by the one before, ${realTime ? 'with' : 'without'} a clock`, async () => {
      const clock = new TestClock();
      const open = () => virtualBoard({ clock, realTime, seed: 1 }).open();
      const link = await open();
      const run = async (source: ReturnType<typeof fromRaster>, lookAhead = 5e-3) => {
        const target = chip(link, { lookAhead, clock });
        const seen = watch(source.pipe(runOn(target, net)));
        await clock.runUntil(() => seen.ended !== 'no');
        expect(seen.error).toBeUndefined();
        return { counts: seen.values.map((raster) => [...raster.counts]), losses: target.losses };
      };
      const alone = await run(fromRaster(noise));
      for (const lookAhead of [5e-3, 0.05, 0.4]) {
        const cut = fromRaster(loud, { chunkSteps: 20 });
        const target = chip(link, { lookAhead, clock });
        const seen = watch(cut.pipe(runOn(target, net), take(1)));
        await clock.runUntil(() => seen.ended !== 'no');
        const after = await run(fromRaster(quiet));
        expect(after.counts.flat().reduce((a, b) => a + b)).toBe(0);
        // What the run before has lost is not this one's.
        expect(after.losses.total).toBe(0);
        expect((await run(fromRaster(noise))).counts).toEqual(alone.counts);
      }
      expectSum(link.statistics);
      await link.close();
    });
  }

  it('answers who asked for a time to come, on a board without a clock', async () => {
    const link = await virtualBoard().open();
    const asked = link.time(500_000);
    await link.configure(configuration);
    expect(await asked).toBeGreaterThanOrEqual(500_000);
    await link.close();
  });

  it('leaves everything as it was where the configuration does not fit', async () => {
    const clock = new TestClock();
    const link = await virtualBoard({ clock, chips: 1 }).open();
    await link.configure(configuration);
    link.send(burst(0));
    await expect(link.configure({ chips: 3 } as never)).rejects.toThrow();
    const passed = link.time(100_000);
    await clock.pass(10);
    await passed;
    expect(link.statistics.delivered).toBe(50);
    await link.close();
  });
});

describe('a link that several use', () => {
  it('tells the events of each sender apart', async () => {
    const clock = new TestClock();
    const link = await virtualBoard({ clock, realTime: true, inputCapacity: 60 }).open();
    await link.configure(configuration);
    const [a, b]: [SenderCounts, SenderCounts] = [{}, {}];
    await clock.pass(100);
    link.send(burst(0, 10), a);
    link.send(burst(110_000, 40), b);
    link.send(burst(150_000, 20), a);
    expect([a.dropped, b.dropped]).toEqual([10, 0]);
    await clock.pass(200);
    expect(a).toEqual({ delivered: 10, late: 10, dropped: 10 });
    expect(b).toEqual({ delivered: 40, late: 0, dropped: 0 });
    expectSum(link.statistics);
    await link.close();
  });

  it('gives each listener what came first first, though one of them makes the board speak again', async () => {
    const clock = new TestClock();
    const link = await virtualBoard({ clock, outputCapacity: 2, inputCapacity: 3 }).open();
    await link.configure(configuration);
    const echoes = (from: number, count: number) => ({
      timestamps: Uint32Array.from({ length: count }, (_, i) => from + 10 * i),
      words: new Uint32Array(count).fill(echoWord),
    });
    const heard: number[][] = [[], []];
    let answers = 3;
    link.listen({
      events({ timestamps }) {
        heard[0]!.push(...timestamps);
        if (answers-- > 0) link.send(echoes(10_000 * (4 - answers), 9));
        void link.update({}).catch(() => {});
      },
    });
    link.listen({ events: ({ timestamps }) => heard[1]!.push(...timestamps) });
    link.send(echoes(0, 20));
    await clock.pass(10);
    expect(heard[0]).toHaveLength(20 + 3 * 9);
    expect(heard[1]).toEqual(heard[0]);
    expect(heard[0]).toEqual([...heard[0]!].sort((x, y) => x - y));
    await link.close();
  });
});

describe('a board that fails', () => {
  it('can be opened after an open that failed', async () => {
    let broken = true;
    const clock = {
      now: () => {
        if (broken) throw new Error('no clock');
        return 0;
      },
      schedule: () => ({ unsubscribe() {} }),
    };
    const board = virtualBoard({ clock });
    for (let i = 0; i < 2; i++) await expect(board.open()).rejects.toThrow('no clock');
    broken = false;
    const link = await board.open();
    await expect(board.open()).rejects.toThrow('open already');
    await link.close();
  });

  it('tells its listeners, and nobody else, when its circuits fail on a timer', async () => {
    const clock = new TestClock();
    const failure = new Error('the engine broke');
    const engine = {
      ...referenceEngine,
      layer: (...given: Parameters<Engine['layer']>) => ({
        ...referenceEngine.layer(...given),
        step() {
          throw failure;
        },
      }),
    } as unknown as Engine;
    const link = await virtualBoard({ clock, engine }).open();
    const target = chip(link, { clock });
    const seen = watch(fromRaster(noise).pipe(runOn(target, net)));
    await clock.pass(20);
    expect(seen.ended).toBe('errored');
    let cause = seen.error as Error;
    while (cause.cause instanceof Error) cause = cause.cause;
    expect([cause, link.closed, clock.waiting]).toEqual([failure, true, 0]);
  });
});
