import {
  channelCounts,
  chip,
  dynapSim,
  fromRaster,
  type HardwareEvents,
  linear,
  pipeline,
  poissonRaster,
  runOn,
  virtualBoard,
} from 'spikeline';
import { rasterToEvents } from 'spikeline/events';
import { expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const input = poissonRaster({ channels: 3, rate: 150, duration: 0.5, seed: 1 });
const net = pipeline(
  linear({
    weight: [
      [8, 4],
      [8, -8],
      [4, 8],
    ],
  }),
  dynapSim({ neurons: 2 }),
);

it('runs 500 ms of input in 500 ms, by the clock of the board', async () => {
  const clock = new TestClock(4000.25);
  const link = await virtualBoard({ seed: 1, realTime: true, clock }).open();
  const times: number[] = [];
  const handed: number[] = [];
  const noted: typeof link = Object.assign(Object.create(link), {
    send(events: HardwareEvents) {
      times.push(...events.timestamps);
      handed.push(...events.timestamps.map(() => (clock.now() - 4000.25) * 1000));
      link.send(events);
    },
  });
  const target = chip(noted, { clock });
  const ends: number[] = [];
  fromRaster(input, { chunkSteps: 50 })
    .pipe(runOn(target, net))
    .subscribe(() => ends.push(clock.now()));
  const begin = clock.now();
  await clock.runUntil(() => ends.length === 10);
  const took = clock.now() - begin;
  await link.close();

  // Sent: every event, with the distances that the input has, at most the look-ahead before its time.
  const given = rasterToEvents(input).timestamps;
  expect(times.map((time) => time - times[0]!)).toEqual([...given].map((time) => time - given[0]!));
  for (const [i, time] of times.entries()) {
    expect(time - handed[i]!).toBeGreaterThan(0);
    expect(time - handed[i]!).toBeLessThanOrEqual(6000);
  }
  // Delivered: all in time, and as long as the input lasts.
  expect(took).toBeGreaterThanOrEqual(505);
  expect(took).toBeLessThan(512);
  for (const [i, end] of ends.entries()) {
    expect(end - ends[0]!).toBeGreaterThan(50 * i - 3);
    expect(end - ends[0]!).toBeLessThan(50 * i + 3);
  }
  const { sent, delivered, late, dropped } = link.statistics;
  expect([sent, delivered, late, dropped]).toEqual([given.length, given.length, 0, 0]);
  expect(target.losses.byReason).toEqual({});
});

it('gives the bins of its input, with spikes in them', async () => {
  const clock = new TestClock();
  const link = await virtualBoard({ seed: 1, realTime: true, clock }).open();
  const seen = watch(
    fromRaster(input, { chunkSteps: 50, clock }).pipe(runOn(chip(link, { clock }), net)),
  );
  await clock.runUntil(() => seen.ended !== 'no');
  await link.close();
  expect(seen.values.map(({ startTime }) => startTime)).toEqual(
    Array.from({ length: 10 }, (_, i) => i * 50_000),
  );
  expect(seen.values.flatMap(channelCounts).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(
    10,
  );
  const { sent, delivered, late, dropped } = link.statistics;
  expect([delivered, late, dropped]).toEqual([sent, 0, 0]);
});

it.each([0, 0.25, 0.61, 0.97])(
  'gives what a board without a clock gives, begun %d ms after a step',
  async (phase) => {
    const run = async (realTime: boolean) => {
      const clock = new TestClock(4000.25);
      const link = await virtualBoard({ seed: 1, realTime, clock }).open();
      await clock.pass(3 + phase);
      const seen = watch(
        fromRaster(input, realTime ? { chunkSteps: 7, clock } : { chunkSteps: 50 }).pipe(
          runOn(chip(link, { clock }), net),
        ),
      );
      await clock.runUntil(() => seen.ended !== 'no');
      await link.close();
      return seen.values.flatMap(({ counts }) => [...counts]);
    };
    expect(await run(true)).toEqual(await run(false));
  },
);
