import fc from 'fast-check';
import { from, lastValueFrom, Observable, of, Subject, take, toArray } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  type ChannelSpace,
  channels,
  DataError,
  dynapSim,
  InvalidArgumentError,
  pipeline,
  pixels,
  runOn,
  simulator,
  spikeRaster,
  toEvents,
  toRaster,
} from 'spikeline';
import { chipWords, emptyPacket, lossCounter } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { marbles } from '#test/support/cases';
import { places } from '#test/support/places';
import { cut, cuts, join, rasters } from '#test/support/rasters';
import { runs } from '#test/support/runs';
import { watch } from '#test/support/watch';

const space = channels(10);

const config = { channels: 2, dt: 1e-3, chunkSteps: 2, startTime: 0 };

/** An event beyond the end of the last chunk, so that one chunk comes out for each packet. */
function packet(index: number): AerPacket<ChannelSpace> {
  return aerPacket([2000 * (index + 1)], [index % 2], space);
}

describe('toRaster, case list', () => {
  const values = { a: packet(0), b: packet(1), c: packet(2) };
  const grid = { steps: 2, channels: 2, dt: 1e-3 };
  const chunks = {
    x: { ...grid, startTime: 0, counts: Uint32Array.of(0, 0, 0, 0) },
    y: { ...grid, startTime: 2000, counts: Uint32Array.of(1, 0, 0, 0) },
    z: { ...grid, steps: 1, startTime: 4000, counts: Uint32Array.of(0, 1) },
    s: { ...grid, steps: 1, startTime: 2000, counts: Uint32Array.of(1, 0) },
  };
  const cases = [
    ['never', '-------', '^------', '-------'],
    ['empty', '---|', '^--!', '---|'],
    ['one', '--a--|', '^----!', '--x--(s|)'],
    ['many', '-a--b--|', '^------!', '-x--y--(z|)'],
    ['an error at once', '#', '(^!)', '#'],
    ['an error in the sequence', '-a--b-#', '^-----!', '-x--y-#'],
  ] as const;
  for (const [title, source, subscription, expected] of cases) {
    it(`handles ${title}`, () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const given = cold(source, values);
        expectObservable(given.pipe(toRaster(config))).toBe(expected, chunks);
        expectSubscriptions(given.subscriptions).toBe(subscription);
      });
    });
  }

  it('leaves an endless source when it is unsubscribed early', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const given = cold('-a-b--c----', values);
      expectObservable(given.pipe(toRaster(config)), '----!').toBe('-x-y-', chunks);
      expectSubscriptions(given.subscriptions).toBe('^---!');
    });
  });

  it('stops an endless source that emits within subscribe', () => {
    let emitted = 0;
    const endless = new Observable<AerPacket<ChannelSpace>>((subscriber) => {
      while (!subscriber.closed && emitted < 100) subscriber.next(packet(emitted++));
    });
    expect(watch(endless.pipe(toRaster(config), take(3))).values).toHaveLength(3);
    expect(emitted).toBe(3);
  });

  it('stops in the middle of a packet when a stage behind it has enough', () => {
    const millennium = aerPacket([2 ** 52], [0], space);
    const { values, ended } = watch(
      of(millennium).pipe(toRaster({ ...config, maxGap: Number.POSITIVE_INFINITY }), take(3)),
    );
    expect(values.map(({ startTime }) => startTime)).toEqual([0, 2000, 4000]);
    expect(ended).toBe('completed');
  });

  it('starts anew with each subscription', () => {
    const operator = toRaster(config);
    const first = watch(of(packet(0), packet(1)).pipe(operator)).values;
    expect(first).toHaveLength(3);
    expect(watch(of(packet(0), packet(1)).pipe(operator)).values).toEqual(first);
  });
});

describe('toRaster', () => {
  it('undoes toEvents, however the raster and the packets are cut', () => {
    const dt = fc.constantFrom(1e-3, 1e-4, 5e-6, 1 / 3000, 2.5e-6, 1e-6);
    const input = fc.tuple(rasters({ dt }), cuts, cuts, fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(input, ([raster, chunks, packets, chunkSteps]) => {
        const { channels, dt: bin, startTime, steps } = raster;
        const given = cut(raster, chunks);
        const packed = watch(from(given).pipe(toEvents())).values;
        const operator = toRaster({ channels, dt: bin, startTime, chunkSteps });
        const back = watch(from(recut(packed, packets)).pipe(operator)).values;
        expect(operator.losses.total).toBe(0);
        const counts = back.flatMap((chunk) => [...chunk.counts]);
        // These packets say nothing of the silence after the last event.
        const silent = [...raster.counts.subarray(counts.length)];
        expect(silent.every((count) => count === 0)).toBe(true);
        expect(counts).toEqual([...raster.counts.subarray(0, counts.length)]);
        expect(back.every((chunk) => chunk.steps <= chunkSteps)).toBe(true);
        if (back.length > 0) expect(join(back).steps).toBeLessThanOrEqual(steps);
      }),
      { numRuns: runs(150) },
    );
  });

  it('undoes toEvents with all silence, where the packets say how far time has come', () => {
    const dt = fc.constantFrom(1e-3, 1e-4, 5e-6, 1 / 3000, 2.5e-6, 1e-6);
    const input = fc.tuple(rasters({ dt }), cuts, fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(input, ([raster, chunks, chunkSteps]) => {
        const { channels: width, dt: bin, startTime } = raster;
        const given = cut(raster, chunks);
        const operator = toRaster({ channels: width, dt: bin, startTime, chunkSteps });
        const back = watch(from(given).pipe(toEvents(), operator)).values;
        expect(operator.losses.total).toBe(0);
        expect(back.flatMap((chunk) => [...chunk.counts])).toEqual([...raster.counts]);
      }),
      { numRuns: runs(150) },
    );
  });

  it('lets time pass when an empty packet says so, and not before', () => {
    const source = new Subject<AerPacket<ChannelSpace>>();
    const seen = watch(source.pipe(toRaster(config)));
    const starts = () => seen.values.map(({ startTime, steps }) => [startTime, steps]);
    source.next(aerPacket([500], [1], space, 1999));
    expect(starts()).toEqual([]);
    source.next(emptyPacket(space, 2000));
    expect(starts()).toEqual([[0, 2]]);
    source.next(emptyPacket(space, 2000));
    source.next(emptyPacket(space, 1000));
    expect(starts()).toEqual([[0, 2]]);
    source.next(emptyPacket(space, 6001));
    expect(starts()).toEqual([
      [0, 2],
      [2000, 2],
      [4000, 2],
    ]);
    source.complete();
    expect(starts().at(-1)).toEqual([6000, 1]);
    expect(seen.values.flatMap(({ counts }) => [...counts])).toEqual([
      0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it('begins with the bin of the first event, however far from 0 it is', () => {
    const { startTime: _, ...anywhere } = config;
    const time = 1.6e15 + 2500;
    const operator = toRaster(anywhere);
    const source = [emptyPacket(space, 1000), aerPacket([time, time + 1000], [0, 1], space)];
    const { values } = watch(from(source).pipe(operator));
    expect(values.map(({ startTime, counts }) => [startTime, ...counts])).toEqual([
      [1.6e15 + 2000, 1, 0, 0, 1],
    ]);
    expect(operator.losses.total).toBe(0);
  });

  it('jumps over a time that nobody spoke of, and counts that', async () => {
    const operator = toRaster({ ...config, maxGap: 10 });
    const far = 1.6e15;
    const source = [
      aerPacket([500, 10_000_000, far], [0, 1, 0], space),
      emptyPacket(space, far + 20e6),
      aerPacket([far + 20e6], [1], space),
    ];
    const values = await lastValueFrom(from(source).pipe(operator, toArray()));
    // 10 s of silence, bin by bin; then a jump; then 20 s of silence that was spoken of.
    expect(values.filter(({ startTime }) => startTime < far)).toHaveLength(5001);
    expect(values.filter(({ startTime }) => startTime >= far)).toHaveLength(10_001);
    expect(values[5001]!.startTime).toBe(far);
    expect(values.flatMap(({ counts }) => [...counts]).reduce((a, b) => a + b)).toBe(4);
    expect(operator.losses.byReason).toEqual({ jumps: 1 });
  });

  it.each([1e300, 2 ** 60, 2 ** 52])(
    'does not bin all silence up to an until of %d',
    async (until) => {
      const operator = toRaster(config);
      const broken = { ...aerPacket([0], [0], channels(2)), until };
      const seen = watch(of(broken).pipe(operator));
      expect([seen.ended, seen.values.length < 3, operator.losses.byReason]).toEqual([
        'completed',
        true,
        { jumps: 1 },
      ]);
      const refused = watch(of(broken).pipe(toRaster({ ...config, onGap: 'error' })));
      expect(refused.error).toBeInstanceOf(DataError);
      const run = watch(of(broken).pipe(runOn(simulator(), pipeline(dynapSim({ neurons: 2 })))));
      await expect.poll(() => run.ended).not.toBe('no');
    },
  );

  it('errors on such a time if it is asked to', () => {
    const seen = watch(
      of(aerPacket([0, 2 ** 52], [0, 0], space)).pipe(toRaster({ ...config, onGap: 'error' })),
    );
    expect([seen.values.length, seen.error]).toEqual([0, expect.any(DataError)]);
    expect(() => toRaster({ ...config, onGap: 'never' as never })).toThrow(/onGap/);
  });

  it('emits no bin that had not begun', () => {
    const packets = [aerPacket([0], [0], space, 3000)];
    expect(watch(from(packets).pipe(toRaster(config))).values.map(({ steps }) => steps)).toEqual([
      2, 1,
    ]);
  });

  it('counts what has no place, by reason, and loses nothing else', () => {
    const event = fc.tuple(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 3 }));
    const packets = fc.array(fc.array(event, { maxLength: 6 }), { maxLength: 8 });
    fc.assert(
      fc.property(packets, (all) => {
        const losses = lossCounter();
        const given = all.map((events) => {
          const sorted = [...events].sort(([a], [b]) => a - b);
          return aerPacket(
            sorted.map(([time]) => time),
            sorted.map(([, address]) => address),
            space,
          );
        });
        const operator = toRaster({ ...config, startTime: 10_000, losses });
        const { values } = watch(from(given).pipe(operator));
        expect(operator.losses).toBe(losses);
        const placed = values.flatMap(({ counts }) => [...counts]).reduce((a, b) => a + b, 0);
        expect(placed + losses.total).toBe(all.flat().length);
        const before = all.flat().filter(([time]) => time < 10_000).length;
        expect(losses.byReason['before'] ?? 0).toBe(before);
        for (const reason of Object.keys(losses.byReason)) {
          expect(['before', 'late', 'unknownChannel']).toContain(reason);
        }
      }),
      { numRuns: runs(150) },
    );
  });

  it('names what was late, early and unknown', () => {
    const operator = toRaster({ ...config, startTime: 1000 });
    const given = [
      aerPacket([999, 1000, 5000], [0, 0, 2], space),
      aerPacket([2000, 5500], [1, 1], space),
    ];
    const { values } = watch(from(given).pipe(operator));
    expect(values.map(({ startTime, counts }) => [startTime, ...counts])).toEqual([
      [1000, 1, 0, 0, 0],
      [3000, 0, 0, 0, 0],
      [5000, 0, 1],
    ]);
    expect(operator.losses.byReason).toEqual({ before: 1, late: 1, unknownChannel: 1 });
  });

  it('gives silence as chunks of zeros', () => {
    const { values } = watch(of(aerPacket([0, 6500], [0, 1], space)).pipe(toRaster(config)));
    expect(values.map(({ startTime, steps, counts }) => [startTime, steps, ...counts])).toEqual([
      [0, 2, 1, 0, 0, 0],
      [2000, 2, 0, 0, 0, 0],
      [4000, 2, 0, 0, 0, 0],
      [6000, 1, 0, 1],
    ]);
  });

  it('writes to no array that it has handed out', () => {
    const { values } = watch(from([0, 1, 2].map(packet)).pipe(toRaster(config)));
    const given = values.map(({ counts }) => counts);
    expect(places(given).size).toBe(given.reduce((sum, { length }) => sum + length, 0));
  });

  it('refuses all that is wrong with it at once, when it is built', () => {
    const build = () => toRaster({ channels: 0, dt: Number.NaN, chunkSteps: 0, startTime: 0.5 });
    expect(build).toThrow(InvalidArgumentError);
    for (const part of ['channels is 0', 'dt is NaN', 'chunkSteps is 0', 'startTime is 0.5']) {
      expect(build).toThrow(part);
    }
    for (const [channels, chunkSteps] of [
      [1, 1e9],
      [1e9, 1],
      [2 ** 20, 2 ** 20],
    ] as const) {
      const refused = () => toRaster({ channels, chunkSteps, dt: 1e-3 });
      expect(refused).toThrow(/chunkSteps is \d+; a raster holds 67108864 values at most/);
    }
  });

  const bad: Record<string, AerPacket<ChannelSpace>> = {
    'a time that is no number': { ...packet(1), timestamps: Float64Array.of(Number.NaN) },
    'a time without end': { ...packet(1), timestamps: Float64Array.of(Number.POSITIVE_INFINITY) },
    'an until that is no number': { ...packet(1), until: Number.NaN },
    'words of a chip': { ...packet(1), space: chipWords('toy') as never },
    pixels: { ...packet(1), space: pixels(4, 4) as never },
    'no space': { ...packet(1), space: undefined as never },
    nothing: undefined as never,
    'a raster': spikeRaster({ channels: 2, dt: 1e-3, counts: [0, 1] }) as never,
    'fewer addresses than times': { ...packet(1), addresses: Uint32Array.of() },
  };
  for (const [title, wrong] of Object.entries(bad)) {
    it(`errors on ${title} and leaves the source`, () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('-a-b-c|', { a: packet(0), b: wrong, c: packet(2) });
        const first = { ...config, steps: 2, counts: new Uint32Array(4) };
        const { chunkSteps: _, ...x } = first;
        expectObservable(source.pipe(toRaster(config))).toBe('-x-#', { x }, expect.any(DataError));
        expectSubscriptions(source.subscriptions).toBe('^--!');
      });
    });
  }
});

it('says what to do where addresses are no channels', () => {
  const words = { ...packet(1), space: chipWords('toy') as never };
  expect(watch(of(words).pipe(toRaster(config))).error).toMatchObject({
    message: expect.stringContaining('decodeEvents()'),
  });
  const seen = { ...packet(1), space: pixels(4, 4) as never };
  expect(watch(of(seen).pipe(toRaster(config))).error).toMatchObject({
    message: expect.stringMatching(/4×4 pixels, but channels are needed.*toChannels/),
  });
});

/** The same events in other packets. */
function recut(
  packets: readonly AerPacket<ChannelSpace>[],
  sizes: readonly number[],
): AerPacket<ChannelSpace>[] {
  const times = packets.flatMap(({ timestamps }) => [...timestamps]);
  const addresses = packets.flatMap((packed) => [...packed.addresses]);
  const result: AerPacket<ChannelSpace>[] = [];
  let at = 0;
  for (const size of [...sizes, times.length]) {
    result.push(aerPacket(times.slice(at, at + size), addresses.slice(at, at + size), space));
    at += size;
  }
  return result;
}
