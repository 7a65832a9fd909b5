import fc from 'fast-check';
import {
  delay,
  integrateAndFire,
  integrator,
  li,
  lif,
  linear,
  type Pipeline,
  pipeline,
  type SpikeRaster,
  scale,
  spikeRaster,
  startPipeline,
  threshold,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { cut, cuts, join, rasters } from '#test/support/rasters';
import { runs } from '#test/support/runs';

const weight = [
  [20, -8, 14],
  [-5, 30, 9],
];
const recurrent = [
  [-10, 20, 5],
  [30, -20, 5],
  [0, 9, -9],
];

/** One of every kind but DynapSim, which has its own test. */
const all = pipeline(
  delay({ channels: 2, delay: [2e-3, 5e-3], name: 'first' }),
  linear({ weight, bias: [0.5, -0.2, 0.1] }),
  delay({ channels: 3, delay: [0, 1e-3, 7e-3] }),
  scale({ scale: [1, 2, 0.5] }),
  lif({ neurons: 3, tauMem: 0.01, tauSyn: [2e-3, 4e-3, 8e-3], bias: 0.2, recurrent }),
  li({ neurons: 3, tauMem: 5e-3 }),
  integrator({ neurons: 3, resistance: 50 }),
  linear({ weight: [[3], [-2], [4]], name: 'last' }),
  integrateAndFire({ neurons: 1, resistance: 200, recurrent: [[-1]], name: 'out' }),
  linear({ weight: [[1, 1]], name: 'fan', bias: [0, 0.5] }),
  threshold({ threshold: [0.5, 1] }),
);

const spikes = (net: Pipeline, chunks: readonly SpikeRaster[]): number[] => {
  const run = startPipeline(net);
  return chunks.flatMap((chunk) => Array.from(run.process(chunk).counts));
};
const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

describe('a pipeline of every kind of stage', () => {
  it('gives the same spikes for any cut', () => {
    let fired = 0;
    fc.assert(
      fc.property(rasters({ channels: 2, maxSteps: 80 }), cuts, (raster, sizes) => {
        const whole = spikes(all, [raster]);
        expect(spikes(all, cut(raster, sizes))).toEqual(whole);
        fired += total(whole);
      }),
      { numRuns: runs(60) },
    );
    expect(fired).toBeGreaterThan(100);
  });

  it('lets time pass in a gap, as if zeros had come', () => {
    fc.assert(
      fc.property(
        rasters({ channels: 2 }),
        rasters({ channels: 2 }),
        fc.integer({ min: 1, max: 60 }),
        (first, second, gap) => {
          const startTime = first.startTime + (first.steps + gap) * 1000;
          const chunks = [first, { ...second, startTime }];
          const whole = spikes(all, [join(chunks)]);
          const run = startPipeline(all);
          const parts = chunks.flatMap((chunk) => Array.from(run.process(chunk).counts));
          const silence = whole.slice(2 * first.steps, 2 * (first.steps + gap));
          expect(parts).toEqual([
            ...whole.slice(0, 2 * first.steps),
            ...whole.slice(2 * (first.steps + gap)),
          ]);
          expect(run.unbinned).toBe(total(silence));
        },
      ),
      { numRuns: runs(40) },
    );
  });

  it('goes back to rest', () => {
    fc.assert(
      fc.property(rasters({ channels: 2 }), (raster) => {
        const run = startPipeline(all);
        const first = run.process(raster).counts;
        run.reset();
        expect(run.process(raster).counts).toEqual(first);
      }),
      { numRuns: runs(20) },
    );
  });
});

describe('a delay', () => {
  it('shifts each channel by its own whole steps, counts and all', () => {
    const given = rasters({ channels: 2, dt: fc.constant(5e-4), maxCount: 9 });
    const steps = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(given, fc.tuple(steps, steps), value(), (raster, shifts, part) => {
        // A delay need not be whole steps; the nearest is taken.
        const seconds = shifts.map((own) => (own + part) * 5e-4);
        const net = pipeline(
          delay({ channels: 2, delay: seconds.map((s) => Math.max(0, s)), dt: 5e-4 }),
        );
        const expected = Array.from(raster.counts, (_, i) => {
          const from = Math.floor(i / 2) - shifts[i % 2]!;
          return from < 0 ? 0 : raster.counts[2 * from + (i % 2)]!;
        });
        expect(spikes(net, [raster])).toEqual(expected);
      }),
      { numRuns: runs(100) },
    );
  });

  it('gives what it held back in a gap, where no chunk holds it', () => {
    const run = startPipeline(pipeline(delay({ channels: 1, delay: 3e-3 })));
    run.process(spikeRaster({ channels: 1, dt: 1e-3, counts: [2, 0] }));
    const late = run.process(
      spikeRaster({ channels: 1, dt: 1e-3, startTime: 20_000, counts: [1, 0, 0, 0] }),
    );
    expect(run.unbinned).toBe(2);
    expect(Array.from(late.counts)).toEqual([0, 0, 0, 1]);
  });
});

function value(): fc.Arbitrary<number> {
  return fc.double({ min: -0.4, max: 0.4, noNaN: true });
}

describe('scale, bias and threshold', () => {
  it('act on each channel by itself', () => {
    const raster = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0, 0, 2, 3, 1] });
    const net = pipeline(
      scale({ scale: [2, -1] }),
      linear({
        weight: [
          [1, 0],
          [0, 1],
        ],
        bias: [0.5, 2.5],
      }),
      threshold({ threshold: [0.5, 0.5] }),
    );
    // 2.5, 2.5 | 0.5, 0.5 | 6.5, 1.5
    expect(spikes(net, [raster])).toEqual([1, 1, 0, 0, 1, 1]);
  });

  it('add one bias to all channels where one is given', () => {
    const net = pipeline(linear({ weight: [[0, 0]], bias: 1 }), threshold({ threshold: [0.5, 1] }));
    expect(spikes(net, [spikeRaster({ channels: 1, dt: 1e-3, counts: [0, 7] })])).toEqual([
      1, 0, 1, 0,
    ]);
  });
});
