import { asapScheduler, asyncScheduler, type Observable, take, toArray } from 'rxjs';
import {
  chip,
  dynapSim,
  fromHardware,
  fromRaster,
  frozenNoise,
  linear,
  pipeline,
  poisson,
  poissonRaster,
  runOn,
  simulator,
  toEvents,
  toFpga,
  type VirtualLink,
  virtualBoard,
} from 'spikeline';
import { closeLoop, metronome, protocol, startProtocol } from 'spikeline/loop';
import { fromSeries } from 'spikeline/sources';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { echoWord, eventWord } from '#src/chips/dynapse2/event';
import { timeOf } from '#src/clock';
import { watch } from '#test/support/watch';

const noise = { channels: 2, rate: 80, duration: 0.2, seed: 2 };
const net = pipeline(
  linear({
    weight: [
      [4, 1],
      [1, 4],
    ],
  }),
  dynapSim({ neurons: 2 }),
);
const word = eventWord({ core: [true, false, false, false], xHop: 0, yHop: 0, tag: 0 });
const inputWords = [Uint32Array.of(word), Uint32Array.of(word)];

/** Everything that keeps time, with the clocks that are there if nobody says anything, or those of RxJS. */
const streams: Record<string, (link: VirtualLink) => Observable<unknown>> = {
  chip: (link) => fromRaster(poissonRaster(noise)).pipe(runOn(chip(link), net)),
  'chip with a scheduler of RxJS': (link) =>
    fromRaster(poissonRaster(noise)).pipe(runOn(chip(link, { clock: asyncScheduler }), net)),
  toFpga: (link) => fromRaster(poissonRaster(noise)).pipe(toEvents(), toFpga(link, { inputWords })),
  fromHardware: (link) => fromHardware(link).pipe(take(3)),
  fromRaster: () => fromRaster(poissonRaster(noise), { chunkSteps: 10, clock: asyncScheduler }),
  frozenNoise: () => frozenNoise({ ...noise, chunkSteps: 10, clock: asyncScheduler }),
  fromSeries: () =>
    fromSeries((seconds) => seconds, {
      delta: { threshold: 0.01 },
      duration: 0.2,
      chunkSteps: 10,
      clock: asyncScheduler,
    }),
  metronome: () => metronome(1e-2, { ticks: 20, clock: asyncScheduler }),
  'a protocol': () =>
    startProtocol(protocol([{ name: 'a', duration: 0.2 }]), { channels: 1 }).rasters({
      chunkSteps: 10,
      clock: asyncScheduler,
    }),
  closeLoop: () =>
    closeLoop<number, number>({
      target: simulator(),
      net,
      environment: { reset: () => 1, step: () => ({ observation: 1 }) },
      encode: () => new Array<number>(20).fill(1),
      decode: ({ counts }) => counts[0]!,
      dt: 1e-2,
      steps: 20,
      realTime: { clock: asyncScheduler },
    }),
  poisson: () => poisson({ ...noise, chunkSteps: 10, clock: asyncScheduler }),
};

let shift = 0;

beforeEach(() => {
  shift = 0;
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  });
  vi.spyOn(Date, 'now').mockImplementation(() => 1.6e12 + performance.now() + shift);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What comes of a stream if the wall clock is set by `step` ms in mid-run, and when. */
async function run(make: (link: VirtualLink) => Observable<unknown>, step: number) {
  shift = 0;
  const link = await virtualBoard({ realTime: true, mismatch: { fraction: 0 } }).open();
  const begin = performance.now();
  let took = Number.NaN;
  const seen = watch(make(link).pipe(toArray()));
  seen.subscription.add(() => {
    took = performance.now() - begin;
  });
  for (let ms = 0; ms < 500; ms += 10) {
    if (ms === 100) shift = step;
    // Someone asks the board for its time, so that something comes back.
    if (ms % 100 === 50) {
      link.send({ timestamps: Uint32Array.of(0), words: Uint32Array.of(echoWord) });
    }
    await vi.advanceTimersByTimeAsync(10);
  }
  const { values, ended, error } = seen;
  const statistics = { ...link.statistics };
  await link.close();
  return { values, ended, error, statistics, took: Math.round(took) };
}

describe('a step of the wall clock', () => {
  for (const [name, make] of Object.entries(streams)) {
    it(`makes no difference to ${name}`, async () => {
      const without = await run(make, 0);
      expect([without.ended, without.error]).toEqual(['completed', undefined]);
      for (const step of [10e3, -10e3, -500, 3600e3, -3600e3]) {
        expect(await run(make, step), `${step} ms`).toEqual(without);
      }
    });
  }
});

it('is not seen by what reads the schedulers of RxJS', () => {
  const times = [asyncScheduler, asapScheduler].map((clock) => timeOf(clock));
  const before = times.map((now) => now());
  shift = -1e6;
  expect(times.map((now) => now())).toEqual(before);
});
