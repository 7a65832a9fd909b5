import {
  chip,
  dynapSim,
  fromRaster,
  linear,
  pipeline,
  poissonRaster,
  runOn,
  virtualBoard,
} from 'spikeline';
import { expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const net = pipeline(linear({ weight: [[8]] }), dynapSim({ neurons: 1 }));
const noise = poissonRaster({ channels: 1, rate: 150, duration: 0.3, seed: 1 });

it.each([0, 3, 20, 60])('a start-up of %d ms does not stay in the latency', async (cost) => {
  const clock = new TestClock(4000.25);
  const link = await virtualBoard({ realTime: true, clock }).open();
  const slow: typeof link = Object.assign(Object.create(link), {
    async configure(configuration: Parameters<typeof link.configure>[0]) {
      await new Promise<void>((resolve) => clock.schedule(() => resolve(), cost));
      await link.configure(configuration);
    },
  });
  const target = chip(slow, { clock });
  const began = clock.now();
  const latencies: number[] = [];
  const seen = watch(fromRaster(noise, { chunkSteps: 1, clock }).pipe(runOn(target, net)));
  let had = 0;
  while (seen.ended === 'no' && clock.now() < began + 1000) {
    await clock.pass(0.5);
    for (; had < seen.values.length; had++) {
      // A chunk is handed in when its bin is over.
      latencies.push(clock.now() - began - (seen.values[had]!.startTime / 1000 + 1));
    }
  }
  await link.close();
  expect([seen.ended, had]).toEqual(['completed', 300]);
  const settled = latencies.slice(100);
  // Look-ahead, one bin, and the looks at clocks of host, board and test in between.
  expect(Math.max(...settled)).toBeLessThanOrEqual(9);
  expect(link.statistics).toMatchObject({ late: 0, dropped: 0 });
});
