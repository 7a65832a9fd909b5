import fc from 'fast-check';
import { of } from 'rxjs';
import {
  DataError,
  InvalidArgumentError,
  lif,
  linear,
  pipeline,
  type SignalRaster,
  startPipeline,
} from 'spikeline';
import { applyLif, applyLinear } from 'spikeline/operators';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '#test/events/reasons';
import { marbles, operatorCases } from '#test/support/cases';
import { cut, cuts, rasters, weighted } from '#test/support/rasters';
import { runs } from '#test/support/runs';
import { watch } from '#test/support/watch';

const config = { neurons: 2, tauMem: 0.02, tauSyn: 5e-3 };

operatorCases('applyLif', () => applyLif(config), weighted);

/** `steps` steps in which both neurons are driven hard. */
function drive(startTime: number, steps: number, value = 5): SignalRaster {
  const values = new Float64Array(2 * steps).fill(value);
  return { steps, channels: 2, dt: 1e-3, startTime, values };
}

describe('applyLif', () => {
  it('does what the stage of that name does, in any chunks', () => {
    const weight = [
      [20, -5],
      [8, 30],
    ];
    const whole = { ...config, bias: 0.2, recurrent: weight };
    const net = pipeline(linear({ weight }), lif(whole));
    fc.assert(
      fc.property(rasters({ channels: 2, maxSteps: 300 }), cuts, (raster, sizes) => {
        const parts = watch(
          of(...cut(raster, sizes)).pipe(applyLinear({ weight }), applyLif(whole)),
        ).values;
        const expected = startPipeline(net).process(raster).counts;
        expect(parts.flatMap(({ counts }) => [...counts])).toEqual([...expected]);
      }),
      { numRuns: runs(30) },
    );
  });

  it('takes a gap between two chunks as silence in which time passes', () => {
    const gap = watch(of(drive(0, 9), drive(600_000, 30)).pipe(applyLif(config))).values;
    const silence = watch(
      of(drive(0, 9), drive(9000, 591, 0), drive(600_000, 30)).pipe(applyLif(config)),
    );
    expect(gap[1]).toEqual(silence.values[2]);
    const none = watch(of(drive(0, 9), drive(9000, 30)).pipe(applyLif(config))).values;
    expect(gap[1]!.counts).not.toEqual(none[1]!.counts);
    expect(gap[1]!.counts.some((count) => count > 0)).toBe(true);
  });

  it('refuses all that is wrong with it at once, when it is built', () => {
    const build = () =>
      applyLif({
        neurons: 2,
        tauMem: 0,
        threshold: Number.NaN,
        recurrent: [[1, 2]],
        name: 'output',
      });
    expect(build).toThrow(InvalidArgumentError);
    expect(reasonsOf(build)).toEqual([
      expect.stringMatching(/^output\.tauMem is 0/),
      expect.stringMatching(/^output\.threshold is NaN/),
      expect.stringMatching(/^output\.recurrent is "1×2"/),
    ]);
  });

  const bad: Record<string, SignalRaster> = {
    'another width': { ...weighted(1), channels: 4, steps: 1 },
    'another dt': { ...weighted(1), dt: 2e-3 },
    'a start that is no number': { ...weighted(1), startTime: Number.NaN },
    'an endless value': { ...weighted(1), values: Float64Array.of(0, 1, 2, Infinity) },
    'fewer values than bins': { ...weighted(1), values: new Float64Array(3) },
    'a chunk that goes back in time': weighted(0),
    'a chunk that overlaps the last one': { ...weighted(1), startTime: 1000 },
  };
  for (const [title, raster] of Object.entries(bad)) {
    it(`errors on ${title}, after what was good, and leaves the source`, () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const [first] = watch(of(weighted(0)).pipe(applyLif(config))).values;
        const source = cold('-a-b-c|', { a: weighted(0), b: raster, c: weighted(2) });
        expectObservable(source.pipe(applyLif(config))).toBe(
          '-x-#',
          { x: first },
          expect.any(DataError),
        );
        expectSubscriptions(source.subscriptions).toBe('^--!');
      });
    });
  }
});
