import fc from 'fast-check';
import { from } from 'rxjs';
import {
  chip,
  dynapSim,
  InvalidArgumentError,
  linear,
  pipeline,
  poisson,
  poissonRaster,
  runOn,
  type SpikeRaster,
  simulator,
  spikeRaster,
  startPipeline,
  toEvents,
  toRaster,
  virtualBoard,
} from 'spikeline';
import { binStart, eventsToRaster, rasterToEvents } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { binOf, startProblems } from '#src/events/bins';
import { microseconds } from '#src/events/ticks';
import { cut, cuts, edge, join, rasters } from '#test/support/rasters';
import { runs } from '#test/support/runs';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

/** Widths that users have, and any. */
const dt = fc.oneof(
  fc.constantFrom(1e-3, 1 / 30, 1 / 60, 1 / 1024, 1 / 3000, 5.1e-4, 2.03e-3, 1.23e-4),
  fc.double({ min: 1e-4, max: 1e-2, noNaN: true }),
);

/** Offsets near and far. */
const startTime = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.integer({ min: 1.6e15, max: 1.6e15 + 1e6 }),
);

const input = rasters({ channels: 2, maxSteps: 40, maxCount: 2, dt, startTime });

function netOf(width: number) {
  return pipeline(
    linear({
      weight: [
        [9, 4],
        [4, 9],
      ],
    }),
    dynapSim({ neurons: 2, dt: width }),
  );
}

const countsOf = (chunks: readonly SpikeRaster[]) => [...join(chunks).counts];

describe('however a stream is cut', () => {
  it('its events and bins are the same', () => {
    fc.assert(
      fc.property(input, cuts, (raster, sizes) => {
        const whole = rasterToEvents(raster);
        const parts = cut(raster, sizes);
        const packets = parts.map(rasterToEvents);
        expect(packets.flatMap(({ timestamps }) => [...timestamps])).toEqual([...whole.timestamps]);
        expect(packets.at(-1)!.until).toBe(whole.until);
        for (const [i, part] of parts.entries()) {
          const { counts, ...grid } = part;
          expect(eventsToRaster(packets[i]!, grid).raster.counts).toEqual(counts);
        }
        const { channels, steps, counts, ...begin } = raster;
        const binned = toRaster({ channels, chunkSteps: 7, ...begin });
        expect(countsOf(watch(from(parts).pipe(toEvents(), binned)).values)).toEqual([...counts]);
        expect(binned.losses.total).toBe(0);
      }),
      { numRuns: runs(200) },
    );
  });

  it('its spikes in the simulator are the same, of rasters and packets', () => {
    fc.assert(
      fc.property(input, cuts, (raster, sizes) => {
        const net = netOf(raster.dt);
        const whole = startPipeline(net).process(raster);
        const parts = cut(raster, sizes);
        const run = startPipeline(net);
        expect(parts.flatMap((part) => [...run.process(part).counts])).toEqual([...whole.counts]);
        const packets = parts.map(rasterToEvents);
        const { startTime } = raster;
        const back = watch(from(packets).pipe(runOn(simulator(), net, { startTime }))).values;
        const { counts: _, ...grid } = whole;
        const times = back.flatMap(({ timestamps }) => [...timestamps]);
        expect(times).toEqual([...rasterToEvents(whole).timestamps]);
        expect(grid.steps).toBe(raster.steps);
      }),
      { numRuns: runs(60) },
    );
  });

  it.each([false, true])('its spikes on a board are the same (real time: %s)', async (realTime) => {
    let spikes = 0;
    await fc.assert(
      fc.asyncProperty(input, cuts, async (raster, sizes) => {
        const net = netOf(raster.dt);
        const whole = [...startPipeline(net).process(raster).counts];
        /** Spikes in each bin, and how many have none. */
        const on = async (parts: readonly SpikeRaster[]): Promise<number[]> => {
          const clock = new TestClock();
          const link = await virtualBoard({
            dt: raster.dt,
            mismatch: { fraction: 0 },
            realTime,
            clock,
          }).open();
          const target = chip(link, { clock });
          const seen = watch(from(parts).pipe(runOn(target, net)));
          await clock.runUntil(() => seen.ended !== 'no');
          await link.close();
          expect(seen.error).toBeUndefined();
          // Only on a board with a clock can bins whose edges hardly ever repeat lie unlike those of the stream.
          if (!realTime) expect(target.losses.total).toBe(0);
          return [...countsOf(seen.values), target.losses.total];
        };
        const uncut = await on([raster]);
        expect(await on(cut(raster, sizes))).toEqual(uncut);
        spikes += whole.reduce((sum, count) => sum + count, 0);
      }),
      { numRuns: realTime ? 8 : 12 },
    );
    expect(spikes).toBeGreaterThan(0);
  });
});

describe('bins that are no whole number of microseconds', () => {
  it('begin where they do, and nowhere else', () => {
    const make = (startTime: number) =>
      spikeRaster({ channels: 1, dt: 1 / 3000, startTime, counts: [1] });
    expect([0, 333, 667, 1000].map((time) => make(time).startTime)).toEqual([0, 333, 667, 1000]);
    expect(() => make(500)).toThrow(/startTime.*333 or 667/s);
    expect(() => toRaster({ channels: 1, dt: 1 / 60, chunkSteps: 1, startTime: 1 })).toThrow(
      InvalidArgumentError,
    );
    expect(() => poisson({ channels: 1, rate: 1, seed: 0, dt: 1 / 60, startTime: 1 })).toThrow(
      InvalidArgumentError,
    );
    expect(simulator().unsupported(netOf(1 / 60), { startTime: 1 })).toMatchObject([
      { path: 'startTime', code: 'out-of-range' },
    ]);
  });

  it('hold every time once, from any edge on', () => {
    fc.assert(
      fc.property(dt, startTime, fc.nat(100_000), (width, time, step) => {
        const begin = edge(time, width);
        expect(startProblems(begin, width)).toEqual([]);
        const at = binStart(step, width, begin);
        expect(binOf(at, begin, width)).toBe(step);
        expect(binOf(at - 1, begin, width)).toBe(step - 1);
        expect(at).toBe(binStart(0, width, at));
      }),
    );
  });
});

describe('seconds', () => {
  it('are n steps for n·dt', () => {
    const steps = (width: number, n: number) =>
      poissonRaster({ channels: 1, rate: 0, duration: n * width, dt: width, seed: 0 }).steps;
    for (const width of [1 / 30, 1 / 60, 1 / 1024, 1 / 3000, 5.1e-4, 2.03e-3, 1.23e-4]) {
      for (const n of [0, 1, 3, 7, 100, 1023, 30_001]) expect(steps(width, n)).toBe(n);
      expect(binStart(1, width)).toBe(microseconds(width));
    }
  });
});
