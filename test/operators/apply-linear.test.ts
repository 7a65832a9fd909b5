import fc from 'fast-check';
import { of } from 'rxjs';
import { DataError, InvalidArgumentError, type SpikeRaster, spikeRaster } from 'spikeline';
import { applyLinear } from 'spikeline/operators';
import { describe, expect, it } from 'vitest';
import { marbles, operatorCases } from '#test/support/cases';
import { places } from '#test/support/places';
import { chunk, rasters } from '#test/support/rasters';
import { runs } from '#test/support/runs';
import { watch } from '#test/support/watch';

operatorCases('applyLinear', () => applyLinear({ weight: [[1], [10]] }), chunk);

describe('applyLinear', () => {
  it('adds up weight[pre][post] · count[pre] in each bin', () => {
    const weights = fc.array(
      fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 3, maxLength: 3 }),
      { minLength: 2, maxLength: 2 },
    );
    fc.assert(
      fc.property(rasters({ channels: 2 }), weights, (raster, weight) => {
        const { values } = watch(of(raster).pipe(applyLinear({ weight })));
        const { values: given, ...grid } = values[0]!;
        const { steps, dt, startTime, counts } = raster;
        expect(grid).toEqual({ steps, channels: 3, dt, startTime });
        for (let t = 0; t < steps; t++) {
          for (let post = 0; post < 3; post++) {
            const sum = counts[2 * t]! * weight[0]![post]! + counts[2 * t + 1]! * weight[1]![post]!;
            expect(given[3 * t + post]).toBeCloseTo(sum, 10);
          }
        }
      }),
      { numRuns: runs(50) },
    );
  });

  it('adds the bias of each post channel in every bin', () => {
    const operator = applyLinear({
      weight: [
        [1, 2],
        [10, 20],
      ],
      bias: [0.5, -1],
    });
    const { values } = watch(of(chunk(0)).pipe(operator)).values[0]!;
    // Counts 0, 1 and 2, 0.
    expect([...values]).toEqual([10.5, 19, 2.5, 3]);
  });

  it('writes to no array that it has handed out', () => {
    const { values } = watch(of(chunk(0), chunk(1)).pipe(applyLinear({ weight: [[1], [10]] })));
    expect(places(values.map((raster) => raster.values)).size).toBe(4);
    expect(values.map((raster) => [...raster.values])).toEqual([
      [10, 2],
      [21, 10],
    ]);
  });

  it('keeps the weights it was built with', () => {
    const weight = [[1], [10]];
    const operator = applyLinear({ weight });
    weight[0]![0] = 99;
    const { values } = watch(of(chunk(1)).pipe(operator));
    expect([...values[0]!.values]).toEqual([21, 10]);
  });

  it('refuses bad weights when it is built, under its name', () => {
    const reasons = (weight: number[][]): readonly string[] => {
      try {
        applyLinear({ weight, name: 'input' });
      } catch (cause) {
        expect(cause).toBeInstanceOf(InvalidArgumentError);
        return (cause as InvalidArgumentError).reasons;
      }
      return [];
    };
    expect(reasons([[1, Number.NaN]])).toEqual([
      expect.stringMatching(/^input\.weight\[0\]\[1\] is NaN/),
    ]);
    expect(reasons([[1, 2], [3]])).toEqual([
      expect.stringMatching(/^input\.weight\[1\]\.length is 1/),
    ]);
    expect(reasons([])).toEqual([expect.stringMatching(/^input\.weight is "0×0"/)]);
  });

  const good = chunk(0);
  const bad: Record<string, SpikeRaster> = {
    'another width': chunk(1, 3),
    'a dt that is no number': { ...chunk(1), dt: Number.NaN },
    'a start that is no number': { ...chunk(1), startTime: Number.NaN },
    'fewer counts than bins': { ...chunk(1), counts: new Uint32Array(3) },
    'more counts than bins': { ...chunk(1), counts: new Uint32Array(6) },
  };
  for (const [title, raster] of Object.entries(bad)) {
    it(`errors on ${title}, after what was good, and leaves the source`, () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('-a-b-a|', { a: good, b: raster });
        const { values } = watch(of(good).pipe(applyLinear({ weight: [[1], [10]] })));
        const result = source.pipe(applyLinear({ weight: [[1], [10]] }));
        expectObservable(result).toBe('-x-#', { x: values[0] }, expect.any(DataError));
        expectSubscriptions(source.subscriptions).toBe('^--!');
      });
    });
  }

  it('says what it takes and what it was given', () => {
    const { error } = watch(
      of(spikeRaster({ channels: 3, dt: 1e-3, counts: [1, 2, 3] })).pipe(
        applyLinear({ weight: [[1], [10]], name: 'input' }),
      ),
    );
    expect((error as DataError).message).toBe('channels is 3; input takes 2 channels');
  });
});
