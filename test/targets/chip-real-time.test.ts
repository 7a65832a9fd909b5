import { firstValueFrom } from 'rxjs';
import {
  channelCounts,
  chip,
  collect,
  dynapSim,
  fromHardware,
  fromRaster,
  type HardwareEvents,
  linear,
  pipeline,
  poissonRaster,
  rasterToEvents,
  runOn,
  virtualBoard,
} from 'spikeline';
import { echoReply, echoWord } from 'spikeline/chip';
import { expect, it } from 'vitest';
import { watch } from '#test/support/watch';

/** Writes down the times at which events, but no echoes, are to reach the chips. */
function noteTimes({ timestamps, words }: HardwareEvents, times: number[]): void {
  for (const [i, word] of words.entries()) if (word !== echoWord) times.push(timestamps[i]!);
}

// The only test that waits: everything else about time is tested with a clock of its own. A machine
// that is busy with something else may need another try.
it('runs 500 ms of input in 500 ms, by the clock of the board', { retry: 3 }, async () => {
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
  const link = await virtualBoard({ seed: 1, realTime: true }).open();
  const times: number[] = [];
  const noted: typeof link = Object.assign(Object.create(link), {
    send(events: HardwareEvents) {
      noteTimes(events, times);
      link.send(events);
    },
  });
  const heard = watch(fromHardware(link));
  const target = chip(noted);
  const output = fromRaster(input, { chunkSteps: 50 }).pipe(runOn(target, net), collect());
  const begin = performance.now();
  const chunks = await firstValueFrom(output);
  const took = performance.now() - begin;
  await link.close();

  // Sent: every event, with the distances that the input has.
  const given = rasterToEvents(input).timestamps;
  expect(times.map((time) => time - times[0]!)).toEqual([...given].map((time) => time - given[0]!));
  // Delivered: the board answers at the beginning and at the end of the input, in its own time.
  const echoes = heard.values.flatMap(({ timestamps, addresses }) =>
    [...timestamps].filter((_, i) => addresses[i] === echoReply),
  );
  const lasted = (echoes.at(-1)! - echoes[1]!) / 1000;
  expect(lasted).toBeGreaterThan(480);
  expect(lasted).toBeLessThan(520);
  const first = times[0]! / 1000 - echoes[1]! / 1000;
  expect(Math.abs(first - given[0]! / 1000)).toBeLessThan(20);
  expect(took).toBeLessThan(600);
  const { sent, delivered, late, dropped } = link.statistics;
  expect(sent).toBe(given.length);
  expect(delivered + late + dropped).toBe(sent);
  expect(target.losses.byReason['late'] ?? 0).toBe(late);
  expect(chunks.map(({ startTime }) => startTime)).toEqual(
    Array.from({ length: 10 }, (_, i) => i * 50_000),
  );
  expect(chunks.flatMap(channelCounts).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
});
