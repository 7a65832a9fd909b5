import fc from 'fast-check';
import { type AerPacket, aerPacket, channels, type DataError, pixels } from 'spikeline';
import {
  countSlicer,
  emptyPacket,
  jitterFilter,
  lossCounter,
  packPixel,
  rateFilter,
  type Slicer,
  splitByAddressFilter,
  timeMerger,
  timeSlicer,
  toFrameSlicer,
} from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { sortEvents } from '#src/events/sort';
import { channelStreams, cutPacket, cutPlaces } from '#test/support/event-streams';

const one = channels(1);
const at = (...times: number[]) =>
  aerPacket(
    times,
    times.map(() => 0),
    one,
  );

function slices<In, Out>(slicer: Slicer<In, Out>, ...items: readonly In[]): Out[] {
  const out: Out[] = [];
  for (const item of items) slicer.push(item, (slice) => out.push(slice));
  slicer.end((slice) => out.push(slice));
  return out;
}
const shown = (packets: readonly AerPacket[]) =>
  packets.map(({ timestamps, until }) => [[...timestamps], until]);

describe('timeSlice', () => {
  it('gives a packet for each window, silence too, and ends where the stream does', () => {
    expect(
      shown(slices(timeSlicer({ window: 1e-3 }), at(1500, 1600, 4000), emptyPacket(one, 4500))),
    ).toEqual([
      [[1500, 1600], 2000],
      [[], 3000],
      [[], 4000],
      [[4000], 4500],
    ]);
  });

  it('counts what comes before its window or after it, and jumps over gaps that nobody spoke of', () => {
    const losses = lossCounter();
    const slicer = timeSlicer<typeof one>({ window: 1e-3, startTime: 2000, maxGap: 1, losses });
    expect(shown(slices(slicer, at(10, 2500), at(3100), at(2999, 1e12 + 1)))).toEqual([
      [[2500], 3000],
      [[3100], 3100],
      [[1e12 + 1], 1e12 + 1],
    ]);
    expect(losses.byReason).toEqual({ before: 1, late: 1, jumps: 1 });
  });

  it('leaves an absurd silence out, and counts it', () => {
    const losses = lossCounter();
    const slicer = timeSlicer<typeof one>({ window: 1e-6, losses });
    const out = slices(slicer, at(5), emptyPacket(one, 2 ** 52), at(2 ** 52 + 1));
    expect(shown(out)).toEqual([
      [[5], 6],
      [[], 2 ** 52 + 1],
      [[2 ** 52 + 1], 2 ** 52 + 1],
    ]);
    expect(losses.byReason).toEqual({ jumps: 1 });
  });

  it('leaves more than a million windows out that nobody spoke of, and counts that', () => {
    const losses = lossCounter();
    const slicer = timeSlicer<typeof one>({ window: 1e-6, losses });
    expect(shown(slices(slicer, at(5), at(5e6)))).toEqual([
      [[5], 5],
      [[5e6], 5e6],
    ]);
    expect(losses.byReason).toEqual({ jumps: 1 });
  });

  it('stops when nobody needs more, and goes on if it is asked to', () => {
    let count = 0;
    const slicer = timeSlicer({ window: 1e-6 });
    const emit = () => ++count % 3 === 0;
    slicer.push(at(0, 1e6), emit);
    expect([count, slicer.goOn!(emit), count]).toEqual([3, true, 6]);
    slicer.push(at(1e6 + 2), emit);
    expect([count, slicer.goOn!(emit), slicer.goOn!(emit)]).toEqual([9, true, true]);
  });
});

describe('countSlice', () => {
  it('gives packets of as many events, the rest at the end, and silence if nothing waits', () => {
    const slicer = countSlicer<typeof one>({ events: 2 });
    expect(
      shown(
        slices(slicer, at(1, 2, 3), emptyPacket(one, 50), at(60), emptyPacket(one, 70), at(80)),
      ),
    ).toEqual([
      [[1, 2], 2],
      [[3, 60], 60],
      [[], 70],
      [[80], 80],
    ]);
  });
});

describe('toFrame', () => {
  const camera = pixels(3, 2);
  const pixel = (x: number, y: number, polarity: number) => packPixel(camera, { x, y, polarity });

  it('counts the events of each pixel, by polarity', () => {
    const packet = aerPacket(
      [0, 5, 9, 1200],
      [pixel(1, 0, 0), pixel(2, 1, 1), pixel(2, 1, 1), 0],
      camera,
    );
    const [first, second] = slices(toFrameSlicer({ window: 1e-3 }), packet);
    expect(Array.from(first!.values)).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    expect(first).toMatchObject({ width: 3, height: 2, startTime: 0, until: 1000, kind: 'counts' });
    expect(Array.from(second!.values)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('lets a time surface fade', () => {
    const packet = aerPacket([500, 1500], [pixel(0, 0, 0), pixel(0, 1, 1)], camera, 2000);
    const maker = toFrameSlicer({ window: 1e-3, kind: 'timeSurface', tau: 1e-3 });
    const values = slices(maker, packet).map((frame) => [frame.values[0], frame.values[9]]);
    expect(values).toEqual([
      [Math.fround(Math.exp(-0.5)), 0],
      [Math.fround(Math.exp(-1.5)), Math.fround(Math.exp(-0.5))],
    ]);
    expect(() => toFrameSlicer({ window: 1, kind: 'timeSurface' })).toThrow('tau');
  });
});

describe('rate', () => {
  it('counts the bins that have begun, also the last one', () => {
    const filter = rateFilter({ dt: 1e-3 });
    expect(filter(at(100, 200, 2500)).values).toEqual(Float64Array.of(2000, 0));
    expect(filter.end?.()?.values).toEqual(Float64Array.of(1000));
  });

  it('counts every window of a packet that completes many', () => {
    const times = Array.from({ length: 20 }, (_, i) => i * 1000);
    const { values } = rateFilter({ dt: 1e-3 })(
      aerPacket(
        times,
        times.map(() => 0),
        channels(1),
        20_000,
      ),
    );
    expect([...values]).toEqual(times.map(() => 1000));
  });

  it('refuses a step in time that no stream makes', () => {
    const filter = rateFilter({ dt: 1e-6 });
    expect(() => filter(at(0, 1e12))).toThrow(
      'time goes on by 1048577 bins or more of 0.000001 s at once',
    );
  });
});

describe('splitByAddress', () => {
  it('gives parts with channels of their own, and counts the others', () => {
    const losses = lossCounter();
    const split = splitByAddressFilter({ parts: { a: [4, 0], b: [2 ** 31] }, losses });
    const packet = aerPacket([1, 2, 3, 4], [0, 2 ** 31, 4, 9], channels(2 ** 32));
    const { a, b } = split(packet);
    expect([[...a.timestamps], [...a.addresses], a.space]).toEqual([[1, 3], [1, 0], channels(2)]);
    expect([[...b.timestamps], [...b.addresses], b.until]).toEqual([[2], [0], 4]);
    expect(losses.byReason).toEqual({ otherAddress: 1 });
    expect(() => split(emptyPacket(pixels(2, 2)) as never)).toThrow('crop()');
    expect(() => splitByAddressFilter({ parts: { a: [1], b: [1] } })).toThrow('a[0] has it too');
  });
});

describe('jitter', () => {
  it('moves times by its sigma, keeps all events, and draws the same for the same seed', () => {
    const times = Array.from({ length: 2000 }, (_, i) => 1000 * i);
    const addresses = times.map((_, i) => i);
    const packet = aerPacket(times, addresses, channels(2000));
    const run = () => {
      const filter = jitterFilter<typeof packet.space>({ sigma: 3e-3, seed: 5 });
      const [some, rest] = [filter(packet), filter.end!()!];
      return [some, rest].flatMap((part) =>
        Array.from(part.addresses, (address, i) => [address, part.timestamps[i]!] as const),
      );
    };
    const moved = run();
    expect(moved.map(([address]) => address).toSorted((a, b) => a - b)).toEqual(addresses);
    const errors = moved.map(([address, time]) => time - 1000 * address);
    const sigma = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    expect(sigma).toBeGreaterThan(2800);
    expect(sigma).toBeLessThan(3200);
    expect(run()).toEqual(moved);
  });
});

describe('sortEvents', () => {
  it('sorts by time and keeps the order of equals', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (times) => {
        const [timestamps, addresses] = [
          Float64Array.from(times),
          Uint32Array.from(times, (_, i) => i),
        ];
        sortEvents(timestamps, addresses);
        const expected = times.map((time, i) => [time, i]).toSorted((a, b) => a[0]! - b[0]!);
        expect(Array.from(timestamps, (time, i) => [time, addresses[i]])).toEqual(expected);
      }),
    );
  });
});

describe('mergeByTime', () => {
  it('merges streams as sorting would, however they come', () => {
    const streams = fc.array(fc.tuple(channelStreams, cutPlaces), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(streams, fc.infiniteStream(fc.nat()), (given, draws) => {
        const losses = lossCounter();
        const merger = timeMerger(given.length, { losses });
        const rest = given.map(([whole, places], i) =>
          // Each stream has addresses of its own, so that the order of equals is seen.
          cutPacket({ ...whole, addresses: whole.addresses.map(() => i) }, places),
        );
        const out: AerPacket[] = [];
        const emit = (packet: AerPacket) => out.push(packet);
        const open = rest.map((_, i) => i);
        while (open.length > 0) {
          const i = open[draws.next().value! % open.length]!;
          const packet = rest[i]!.shift();
          if (packet !== undefined) merger.push(i, packet, emit);
          else {
            merger.end(i, emit);
            open.splice(open.indexOf(i), 1);
          }
        }
        const expected = given
          .flatMap(([{ timestamps }], i) => Array.from(timestamps, (time) => [time, i]))
          .toSorted((a, b) => a[0]! - b[0]!);
        const got = out.flatMap(({ timestamps, addresses }) =>
          Array.from(timestamps, (time, i) => [time, addresses[i]]),
        );
        expect(got).toEqual(expected);
        expect(losses.total).toBe(0);
        let said = Number.NEGATIVE_INFINITY;
        for (const { timestamps, until } of out) {
          expect(timestamps[0] ?? said).toBeGreaterThanOrEqual(said);
          expect(until).toBeGreaterThanOrEqual(said);
          said = until;
        }
        expect(said).toBe(Math.max(...given.map(([{ until }]) => until)));
      }),
      { numRuns: 60 },
    );
  });

  it('waits for no stream that is too far behind, and counts what comes of it late', () => {
    const losses = lossCounter();
    const merger = timeMerger<typeof one>(2, { lateness: 1e-3, losses });
    const out: AerPacket[] = [];
    const emit = (packet: AerPacket) => out.push(packet);
    merger.push(0, at(0, 5000), emit);
    expect(shown(out)).toEqual([[[0], 4000]]);
    merger.push(1, at(3999, 4000, 4100), emit);
    expect(shown(out.slice(1))).toEqual([[[4000], 4100]]);
    expect(losses.byReason).toEqual({ late: 1 });
    merger.end(0, emit);
    merger.end(1, emit);
    expect(shown(out.slice(2))).toEqual([[[4100, 5000], 5000]]);
  });

  it('refuses streams of different spaces', () => {
    const merger = timeMerger(2);
    const push = (i: number, packet: AerPacket) => merger.push(i, packet, () => {});
    push(0, emptyPacket(channels(2)));
    expect(() => push(1, emptyPacket(channels(3)))).toThrow('3 channels in a stream of 2 channels');
    expect(() => push(2, emptyPacket(channels(2)))).toThrow(
      'there is no stream 2' satisfies DataError['message'],
    );
  });
});
