import { of } from 'rxjs';
import {
  DataError,
  type Engine,
  InvalidArgumentError,
  referenceEngine,
  type SignalRaster,
} from 'spikeline';
import { applyDynapSim } from 'spikeline/operators';
import { describe, expect, it } from 'vitest';
import { marbles, operatorCases } from '#test/support/cases';
import { weighted } from '#test/support/rasters';
import { watch } from '#test/support/watch';

operatorCases('applyDynapSim', () => applyDynapSim({ neurons: 2 }), weighted);

/** `steps` steps in which both neurons are driven hard. */
function drive(startTime: number, steps: number, value = 5): SignalRaster {
  const values = new Float64Array(2 * steps).fill(value);
  return { steps, channels: 2, dt: 1e-3, startTime, values };
}

describe('applyDynapSim', () => {
  it('fires when driven and is silent when not', () => {
    const { values } = watch(
      of(drive(0, 40), drive(40_000, 40, 0)).pipe(applyDynapSim({ neurons: 2 })),
    );
    const spikes = values.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0));
    expect(spikes[0]).toBeGreaterThan(5);
    expect(spikes[1]).toBeLessThan(spikes[0]!);
  });

  it('keeps its state from chunk to chunk', () => {
    const operator = applyDynapSim({
      neurons: 2,
      recurrent: [
        [0, 2],
        [1, 0],
      ],
    });
    const whole = watch(of(drive(0, 40)).pipe(operator)).values[0]!.counts;
    const parts = watch(of(drive(0, 13), drive(13_000, 27)).pipe(operator)).values;
    expect(parts.flatMap(({ counts }) => [...counts])).toEqual([...whole]);
    expect(parts.map(({ startTime, steps }) => [startTime, steps])).toEqual([
      [0, 13],
      [13_000, 27],
    ]);
  });

  it('takes a gap between two chunks as silence in which time passes', () => {
    const operator = applyDynapSim({ neurons: 2 });
    const gap = watch(of(drive(0, 10), drive(30_000, 10)).pipe(operator)).values;
    const silence = watch(of(drive(0, 10), drive(10_000, 20, 0), drive(30_000, 10)).pipe(operator));
    expect(gap[1]).toEqual(silence.values[2]);
    const none = watch(of(drive(0, 10), drive(10_000, 10)).pipe(operator)).values;
    expect(gap[1]!.counts).not.toEqual(none[1]!.counts);
  });

  it('refuses all that is wrong with it at once, when it is built', () => {
    const build = () =>
      applyDynapSim({
        neurons: 0,
        dt: -1,
        Itau_mem: Number.NaN,
        recurrent: [[1, 2]],
        name: 'output',
      });
    expect(build).toThrow(InvalidArgumentError);
    try {
      build();
    } catch (cause) {
      const { reasons } = cause as InvalidArgumentError;
      for (const part of ['neurons is 0', 'dt is -1', 'Itau_mem']) {
        expect(reasons).toContainEqual(expect.stringContaining(`output.${part}`));
      }
    }
  });

  const bad: Record<string, SignalRaster> = {
    'another width': { ...weighted(1), channels: 4, steps: 1 },
    'another dt': { ...weighted(1), dt: 2e-3 },
    'a dt that is no number': { ...weighted(1), dt: Number.NaN },
    'a start that is no number': { ...weighted(1), startTime: Number.NaN },
    'a value that is no number': { ...weighted(1), values: Float64Array.of(0, 1, Number.NaN, 0) },
    'an endless value': { ...weighted(1), values: Float64Array.of(0, 1, 2, Infinity) },
    'fewer values than bins': { ...weighted(1), values: new Float64Array(3) },
    'a chunk that goes back in time': weighted(0),
    'a chunk that overlaps the last one': { ...weighted(1), startTime: 1000 },
  };
  for (const [title, raster] of Object.entries(bad)) {
    it(`errors on ${title}, after what was good, and leaves the source`, () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const operator = applyDynapSim({ neurons: 2 });
        const [first] = watch(of(weighted(0)).pipe(operator)).values;
        const source = cold('-a-b-c|', { a: weighted(0), b: raster, c: weighted(2) });
        expectObservable(source.pipe(operator)).toBe('-x-#', { x: first }, expect.any(DataError));
        expectSubscriptions(source.subscriptions).toBe('^--!');
      });
    });
  }

  it('passes on the failure of an engine as an error', () => {
    const failure = new Error('no such kernel');
    const late: Engine = {
      ...referenceEngine,
      layer: (...given) => ({
        ...referenceEngine.layer(...given),
        run: () => {
          throw failure;
        },
      }),
    };
    const early: Engine = {
      ...referenceEngine,
      layer: () => {
        throw failure;
      },
    };
    for (const engine of [late, early]) {
      const seen = watch(of(weighted(0)).pipe(applyDynapSim({ neurons: 2 }, { engine })));
      expect(seen.error).toBe(failure);
      expect(seen.subscription.closed).toBe(true);
    }
  });
});
