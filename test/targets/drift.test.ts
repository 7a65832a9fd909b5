import { Subject } from 'rxjs';
import {
  chip,
  deploy,
  dynapSim,
  linear,
  pipeline,
  runOn,
  type SpikeRaster,
  virtualBoard,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const dt = 0.05;
/** An input spike makes its neuron fire. */
const relay = pipeline(
  linear({ weight: [[30]] }),
  dynapSim({ neurons: 1, dt, Ispkthr: 1e-10, Itau_syn: 1e-9 }),
);
const deployment = deploy(relay);
/** Minutes of virtual time; an hour with SPIKELINE_LONG=1. */
const minutes = process.env['SPIKELINE_LONG'] === undefined ? 1 : 60;

/** A chunk of one bin every 50 ms of a source whose clock is off by `source`, of a host that stalls for 5 ms each second. */
async function run(source: number, stalls: boolean) {
  const clock = new TestClock(4000.25);
  const link = await virtualBoard({ realTime: true, clock, dt, mismatch: { fraction: 0 } }).open();
  const host = clock.host();
  const target = chip(link, { clock: host, deployment, lookAhead: 5e-3 });
  const input = new Subject<SpikeRaster>();
  const handed: number[] = [];
  const latencies: number[] = [];
  let answers = 0;
  const seen = watch(input.pipe(runOn(target, relay)));
  input.subscribe(() => handed.push(clock.now()));
  const count = Math.round((minutes * 60) / dt);
  const begin = clock.now() + 20;
  let had = 0;
  const hear = (): void => {
    for (; had < seen.values.length; had++) {
      latencies.push(clock.now() - handed[had]!);
      answers += seen.values[had]!.counts[0]! > 0 ? 1 : 0;
    }
  };
  let stalled = 0;
  for (let k = 0; k < count; k++) {
    const due = begin + ((k + 1) * dt * 1000) / (1 + source);
    while (clock.now() < due) {
      await clock.pass(Math.min(5, due - clock.now()));
      hear();
    }
    // The host is busy when the chunk comes: it is handed in later.
    if (stalls && clock.now() - stalled >= 1000) {
      stalled = clock.now();
      host.stall(5);
      await clock.pass(5);
      hear();
    }
    const counts = Uint32Array.of(+(k % 20 === 3));
    input.next({ steps: 1, channels: 1, dt, startTime: Math.round(k * dt * 1e6), counts });
  }
  input.complete();
  for (let i = 0; i < 60 && seen.ended === 'no'; i++) {
    await clock.pass(5);
    hear();
  }
  const statistics = { ...link.statistics };
  await link.close();
  latencies.sort((a, b) => a - b);
  const settled = latencies[Math.floor(latencies.length / 2)]!;
  return { seen, count, answers, statistics, target, median: settled, worst: latencies.at(-1)! };
}

describe('a long run on a board in real time', () => {
  for (const source of [-1e-4, 1e-4]) {
    for (const stalls of [false, true]) {
      it(`loses nothing, and stays in time, if its source drifts by ${source}${stalls ? ' and its host stalls' : ''}`, async () => {
        const { seen, count, answers, statistics, target, median, worst } = await run(
          source,
          stalls,
        );
        expect([seen.ended, seen.values.length]).toEqual(['completed', count]);
        const inputs = Math.ceil((count - 3) / 20);
        expect(statistics).toMatchObject({ sent: inputs, delivered: inputs, late: 0, dropped: 0 });
        expect(target.losses.total).toBe(0);
        expect(answers).toBeGreaterThanOrEqual(inputs - target.slips.count);
        // Look-ahead, one bin, and how often this test looks.
        expect(median).toBeLessThanOrEqual(5 + 50 + 5.5);
        expect(worst).toBeLessThanOrEqual(5 + 50 + 5 + 11);
      });
    }
  }
});
