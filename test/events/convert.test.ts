import fc from 'fast-check';
import { aerPacket, channels, spikeRaster } from 'spikeline';
import { binStart, eventsToRaster, rasterToEvents } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { binOf } from '#src/events/bins';
import { edge } from '#test/support/rasters';
import { runs } from '#test/support/runs';
import { reasonsOf } from './reasons.ts';

/** Widths that are whole, odd and fractional numbers of microseconds. */
const dts = [1e-6, 1.1e-6, 3.3e-6, 2 / 3e5, 1e-4, 3.7e-4, 1e-3, 1.1e-3, 1 / 512, 0.1, 1 / 3, 1];
const dt = fc.oneof(fc.constantFrom(...dts), fc.double({ min: 1e-6, max: 2, noNaN: true }));
const startTime = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(-(2 ** 40), 2 ** 32 - 1, 2 ** 51, 2 ** 52 + 1),
);
const raster = fc
  .record({ channels: fc.integer({ min: 1, max: 4 }), steps: fc.integer({ min: 0, max: 30 }) })
  .chain(({ channels, steps }) =>
    fc.record({
      channels: fc.constant(channels),
      dt,
      startTime,
      counts: fc.array(
        fc.oneof(
          { arbitrary: fc.constant(0), weight: 3 },
          { arbitrary: fc.constant(1), weight: 3 },
          { arbitrary: fc.integer({ min: 2, max: 9 }), weight: 1 },
        ),
        { minLength: steps * channels, maxLength: steps * channels },
      ),
    }),
  )
  .map((config) => spikeRaster({ ...config, startTime: edge(config.startTime, config.dt) }));

const space = channels(10);

describe('binStart', () => {
  it('is the first whole microsecond of its bin', () => {
    fc.assert(
      fc.property(dt, fc.nat(1e6), (width, step) => {
        const start = binStart(step, width);
        expect(Number.isSafeInteger(start)).toBe(true);
        expect(binOf(start, 0, width)).toBe(step);
        expect(binOf(start - 1, 0, width)).toBe(step - 1);
      }),
    );
  });

  it('stays with the decimal grid where floating point does not', () => {
    // 1.1e-3·1e6 = 1100.0000000000002 in binary: the boundaries fall on whole microseconds anyway.
    for (const step of [1, 7, 10, 1000, 123_457]) {
      expect(Math.abs(binStart(step, 1.1e-3) - step * 1100)).toBeLessThanOrEqual(1);
      expect(binStart(step, 3.7e-4)).toBe(step * 370);
      expect(binStart(step, 1e-6)).toBe(step);
    }
  });
});

describe('rasterToEvents and eventsToRaster', () => {
  it('bring every raster back exactly', () => {
    fc.assert(
      fc.property(raster, (given) => {
        const { raster: back, unbinned } = eventsToRaster(rasterToEvents(given), given);
        expect(back).toEqual(given);
        expect(unbinned).toEqual({ before: 0, after: 0, unknownChannel: 0 });
      }),
      { numRuns: runs(400) },
    );
  });

  it('bring a raster back after very many bins', () => {
    for (const width of [1.1e-3, 3.7e-4, 1e-6, 1 / 3]) {
      const counts = new Uint32Array(100_000).fill(1);
      const given = spikeRaster({
        channels: 1,
        dt: width,
        startTime: edge(2 ** 45 + 1, width),
        counts,
      });
      const { raster: back } = eventsToRaster(rasterToEvents(given), given);
      expect(back.counts.every((count) => count === 1)).toBe(true);
    }
  });
});

describe('rasterToEvents', () => {
  it('gives a valid packet with every count, in the order of time and channel', () => {
    fc.assert(
      fc.property(raster, (given) => {
        const { timestamps, addresses } = rasterToEvents(given);
        expect(() => aerPacket(timestamps, addresses, space)).not.toThrow();
        expect(timestamps).toHaveLength(given.counts.reduce((sum, count) => sum + count, 0));
        for (let i = 1; i < timestamps.length; i++) {
          if (timestamps[i] !== timestamps[i - 1]) continue;
          expect(addresses[i]).toBeGreaterThanOrEqual(addresses[i - 1]!);
        }
      }),
    );
  });

  it('spreads a count evenly over its bin', () => {
    const given = spikeRaster({ channels: 2, dt: 1e-3, startTime: 50, counts: [0, 0, 4, 1] });
    const { timestamps, addresses } = rasterToEvents(given);
    expect(Array.from(timestamps)).toEqual([1050, 1050, 1300, 1550, 1800]);
    expect(Array.from(addresses)).toEqual([0, 1, 0, 0, 0]);
  });

  it('keeps a count that has more events than the bin has microseconds', () => {
    const given = spikeRaster({ channels: 1, dt: 2e-6, counts: [0, 7] });
    expect(Array.from(rasterToEvents(given).timestamps)).toEqual([2, 2, 2, 2, 3, 3, 3]);
  });
});

describe('eventsToRaster', () => {
  it('bins by the floor, not by rounding', () => {
    const grid = { steps: 3, channels: 1, dt: 1e-3, startTime: 0 };
    const { raster: binned } = eventsToRaster(
      aerPacket([0, 999, 1000, 1999, 2000], [0, 0, 0, 0, 0], space),
      grid,
    );
    expect(Array.from(binned.counts)).toEqual([2, 2, 1]);
    expect(binOf(-1, 0, 1e-3)).toBe(-1);
    expect(binOf(999, 1000, 1e-3)).toBe(-1);
  });

  it('counts what lies outside, by reason', () => {
    const grid = { steps: 2, channels: 2, dt: 1e-3, startTime: 10_000 };
    const packet = aerPacket(
      [0, 9_999, 10_000, 11_999, 11_999, 12_000, 99_000],
      [0, 7, 1, 2, 0, 0, 9],
      space,
    );
    const { raster: binned, unbinned } = eventsToRaster(packet, grid);
    expect(unbinned).toEqual({ before: 2, after: 2, unknownChannel: 1 });
    expect(Array.from(binned.counts)).toEqual([0, 1, 1, 0]);
  });

  it('gives every event a place or a reason', () => {
    const events = fc.array(fc.tuple(fc.integer({ min: -50, max: 150 }), fc.nat(5)));
    fc.assert(
      fc.property(events, dt, (given, width) => {
        const sorted = given.toSorted((a, b) => a[0] - b[0]);
        const packet = aerPacket(
          sorted.map(([time]) => time),
          sorted.map(([, address]) => address),
          space,
        );
        const grid = { steps: 10, channels: 3, dt: width, startTime: 0 };
        const { raster: binned, unbinned } = eventsToRaster(packet, grid);
        const inside = binned.counts.reduce((sum, count) => sum + count, 0);
        const { before, after, unknownChannel } = unbinned;
        expect(inside + before + after + unknownChannel).toBe(given.length);
        expect(before).toBe(given.filter(([time]) => time < 0).length);
      }),
    );
  });

  it('refuses a grid that cannot be, with all reasons', () => {
    const grid = { steps: 1.5, channels: 0, dt: 0, startTime: 0.1 };
    const reasons = reasonsOf(() => eventsToRaster(aerPacket([], [], space), grid));
    expect(reasons).toHaveLength(4);
  });
});
