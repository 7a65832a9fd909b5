import { type Observable, type OperatorFunction, of } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  channels,
  DataError,
  InvalidArgumentError,
  pixels,
  type SignalRaster,
} from 'spikeline';
import { emptyPacket, lossCounter } from 'spikeline/events';
import * as operators from 'spikeline/operators';
import { describe, expect, it } from 'vitest';
import { marbles, operatorCases } from '#test/support/cases';
import { chunk, weighted } from '#test/support/rasters';
import { watch } from '#test/support/watch';

const camera = pixels(4, 4);
const pixelPacket = (i: number) => aerPacket([1000 * i], [(i % 16) << 1], camera, 1000 * (i + 1));
const packet = (i: number) => aerPacket([1000 * i], [i % 3], channels(3), 1000 * (i + 1));

type Make = () => OperatorFunction<never, unknown>;

/** Operators that give one item for each, and what goes in. */
const plain: Record<string, readonly [Make, (i: number) => unknown]> = {
  crop: [() => operators.crop({ x: 1, y: 1, width: 2, height: 2 }), pixelPacket],
  maskPixels: [() => operators.maskPixels({ pixels: [{ x: 0, y: 0 }] }), pixelPacket],
  downsample: [() => operators.downsample(2), pixelPacket],
  flip: [() => operators.flip('horizontal'), pixelPacket],
  transpose: [() => operators.transpose(), pixelPacket],
  polarity: [() => operators.polarity('off'), pixelPacket],
  denoise: [() => operators.denoise({ window: 1e-3 }), pixelPacket],
  hotPixels: [() => operators.hotPixels({ rate: 100 }), pixelPacket],
  toChannels: [() => operators.toChannels(), pixelPacket],
  refractory: [() => operators.refractory({ period: 1e-3 }), packet],
  remap: [() => operators.remap({ table: [1, 0, -1], space: channels(2) }), packet],
  splitByAddress: [() => operators.splitByAddress({ parts: { a: [0], b: [1, 2] } }), packet],
  delayEvents: [() => operators.delayEvents({ delay: 1 }), packet],
  'rateDecode of rasters': [() => operators.rateDecode({ tau: 0.02 }), (i) => chunk(i)],
  'populationDecode of rasters': [
    () => operators.populationDecode({ values: [1, 2], tau: 0.02 }),
    (i) => chunk(i),
  ],
  rateEncode: [
    () => operators.rateEncode({ range: [0, 5], neurons: 2, rate: 100 }),
    (i) => weighted(i),
  ],
  deltaEncode: [() => operators.deltaEncode({ threshold: 1 }), (i) => weighted(i)],
  rate: [() => operators.rate({ dt: 1e-3 }), packet],
  'rateDecode of packets': [() => operators.rateDecode({ tau: 0.02, dt: 1e-3 }), packet],
  timeSlice: [() => operators.timeSlice({ window: 1e-3 }), packet],
  toFrame: [() => operators.toFrame({ window: 1e-3 }), pixelPacket],
  'countSlice of one': [
    () => operators.countSlice({ events: 1 }),
    (i) => aerPacket([i], [0], channels(1)),
  ],
};

for (const [name, [make, item]] of Object.entries(plain)) {
  operatorCases(name, make as () => OperatorFunction<unknown, unknown>, item);

  it(`${name} errors on bad data, after what was good, and leaves the source`, () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-a|', { a: item(0), b: { timestamps: 1 } });
      const out = (source as Observable<unknown>).pipe(
        make() as OperatorFunction<unknown, unknown>,
      );
      expectObservable(out).toBe('-x-#', { x: expect.anything() }, expect.any(DataError));
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });
}

const junk: Record<string, () => unknown> = {
  crop: () => operators.crop({ x: -1 } as never),
  maskPixels: () => operators.maskPixels({ pixels: [{ x: 1 }] } as never),
  downsample: () => operators.downsample(0),
  flip: () => operators.flip('sideways' as never),
  transpose: () => operators.transpose({ losses: 1 } as never),
  polarity: () => operators.polarity(1 as never),
  refractory: () => operators.refractory({ period: -1 }),
  denoise: () => operators.denoise({ window: 0 }),
  hotPixels: () => operators.hotPixels(undefined as never),
  remap: () => operators.remap({ table: [2], space: channels(2) }),
  splitByAddress: () => operators.splitByAddress({ parts: {} }),
  delayEvents: () => operators.delayEvents({ delay: Number.NaN }),
  jitter: () => operators.jitter({ sigma: 1 } as never),
  rate: () => operators.rate({ dt: 0 }),
  timeSlice: () => operators.timeSlice({ window: 1 / 3, startTime: 5 }),
  countSlice: () => operators.countSlice({ events: 0.5 }),
  toFrame: () => operators.toFrame({ window: 1, kind: 'timeSurface' }),
  toChannels: () => operators.toChannels({ polarity: 'both' } as never),
  rateDecode: () => operators.rateDecode({}),
  populationDecode: () => operators.populationDecode({ values: [], tau: 1 }),
  rateEncode: () => operators.rateEncode({ range: [1, 0], neurons: 1, rate: 1 }),
  deltaEncode: () => operators.deltaEncode({ threshold: -1 }),
  mergeByTime: () => operators.mergeByTime([1 as never], { lateness: -1 }),
};

it.each(Object.entries(junk))('%s refuses what it cannot be built of', (_, make) => {
  expect(make).toThrow(InvalidArgumentError);
});

describe('losses', () => {
  it('are those of the operator, or of a counter that is given', () => {
    const bad = {
      ...emptyPacket(camera, 9),
      timestamps: Float64Array.of(1),
      addresses: Uint32Array.of(99),
    };
    const own = operators.toChannels();
    watch(of(bad).pipe(own));
    expect(own.losses.byReason).toEqual({ unknownAddress: 1 });
    const losses = lossCounter();
    watch(
      of(bad, bad).pipe(
        operators.flip('both', { losses }),
        operators.denoise({ window: 1, losses }),
      ),
    );
    expect(losses.total).toBe(2);
  });
});

const shown = ({ timestamps, until }: AerPacket) => [[...timestamps], until];
const one = (until: number, ...times: number[]) =>
  aerPacket(
    times,
    times.map(() => 0),
    channels(1),
    until,
  );

describe('what is given later', () => {
  it('timeSlice gives a window once until has reached its end, the last one on completion', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('-a-b-c-|', { a: one(500, 100), b: one(2100, 1500), c: one(2200) });
      const values = source.pipe(operators.timeSlice({ window: 1e-3 }));
      expectObservable(values).toBe('---(xy)(z|)', {
        x: expect.objectContaining({ until: 1000 }),
        y: expect.objectContaining({ until: 2000 }),
        z: expect.objectContaining({ until: 2200 }),
      });
    });
  });

  it('countSlice gives the rest on completion, and nothing when the source errors', () => {
    const slices = operators.countSlice<ReturnType<typeof channels>>({ events: 2 });
    const seen = watch(of(one(3, 1, 2, 3)).pipe(slices));
    expect(seen.values.map(shown)).toEqual([
      [[1, 2], 2],
      [[3], 3],
    ]);
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-#', { a: one(1, 1) }).pipe(slices)).toBe('---#');
    });
  });

  it('jitter gives all events by the end', () => {
    const seen = watch(of(one(50, 10, 20)).pipe(operators.jitter({ sigma: 1e-5, seed: 1 })));
    expect(seen.values.flatMap(({ timestamps }) => [...timestamps])).toHaveLength(2);
  });

  it('rate and rateDecode give the bin that has begun on completion, and nothing for no bins', () => {
    const source = of(one(1500, 100, 1200), one(1700));
    const rates = watch(source.pipe(operators.rate({ dt: 1e-3 }))).values;
    expect(rates.map(({ startTime, values }) => [startTime, ...values])).toEqual([
      [0, 1000],
      [1000, 1000],
    ]);
    const decoded = watch(source.pipe(operators.rateDecode({ window: 1e-3, dt: 1e-3 }))).values;
    expect(decoded.map(({ startTime, values }: SignalRaster) => [startTime, ...values])).toEqual([
      [0, 1000],
      [1000, 1000],
    ]);
  });
});

describe('mergeByTime', () => {
  const a = { a: one(5, 1, 5), b: one(20, 10) };
  const b = { x: one(7, 3), y: one(40, 30) };

  it('waits for until of every stream, and ends when all have', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const left = cold('-a---b-|', a);
      const right = cold('---x---y--|', b);
      const merged = left.pipe(operators.mergeByTime([right]));
      const until = (time: number) => expect.objectContaining({ until: time });
      expectObservable(merged).toBe('---p-q-r--|', {
        p: until(5),
        q: until(7),
        r: until(40),
      });
      expectSubscriptions(left.subscriptions).toBe('^------!');
      expectSubscriptions(right.subscriptions).toBe('^---------!');
    });
  });

  it('passes an error on and leaves all others', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const left = cold('-a------', a);
      const right = cold('---#', b);
      expectObservable(left.pipe(operators.mergeByTime([right]))).toBe('---#');
      expectSubscriptions(left.subscriptions).toBe('^--!');
    });
  });

  it('leaves all when it is left, and merges what comes within subscribe', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const left = cold('-a------', a);
      const right = cold('---x----', b);
      expectObservable(left.pipe(operators.mergeByTime([right])), '----!').toBe('---p', {
        p: expect.anything(),
      });
      expectSubscriptions(right.subscriptions).toBe('^---!');
    });
    const seen = watch(of(a.a, a.b).pipe(operators.mergeByTime([of(b.x), of(b.y)])));
    expect(seen.values.flatMap(({ timestamps }) => [...timestamps])).toEqual([1, 3, 5, 10, 30]);
    expect(seen.ended).toBe('completed');
  });
});
