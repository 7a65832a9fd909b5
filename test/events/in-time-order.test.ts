import fc from 'fast-check';
import { type AerPacket, channels } from 'spikeline';
import { inTimeOrder, lossCounter } from 'spikeline/events';
import { expect, it } from 'vitest';

/** Times that go on, and step back by up to 50 µs, in packets of any size. */
const streams = fc
  .array(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 50 })), {
      maxLength: 12,
    }),
    {
      maxLength: 12,
    },
  )
  .map((packets) => {
    let time = 1000;
    return packets.map((steps) =>
      steps.map(([on, back]) => {
        time += on;
        return time - back;
      }),
    );
  });

const packetOf = (times: readonly number[], first: number, said: number): AerPacket => ({
  timestamps: Float64Array.from(times),
  addresses: Uint32Array.from(times, (_, i) => first + i),
  space: channels(1000),
  until: said,
});

it('sorts what steps back by no more than it may, as sorting all would, and keeps what it promises', () => {
  fc.assert(
    fc.property(streams, (lists) => {
      const losses = lossCounter();
      const order = inTimeOrder({ lateness: 50e-6, losses });
      let [first, said] = [0, 0];
      const out: AerPacket[] = [];
      for (const times of lists) {
        said = Math.max(said, ...times);
        out.push(...order(packetOf(times, first, said)));
        first += times.length;
      }
      out.push(...order.end());
      const expected = lists
        .flat()
        .map((time, i) => [time, i])
        .toSorted((a, b) => a[0]! - b[0]!);
      let until = Number.NEGATIVE_INFINITY;
      for (const packet of out) {
        for (const time of packet.timestamps) expect(time).toBeGreaterThanOrEqual(until);
        expect(packet.until).toBeGreaterThanOrEqual(
          Math.max(until, packet.timestamps.at(-1) ?? until),
        );
        until = packet.until;
      }
      const got = out.flatMap(({ timestamps, addresses }) =>
        Array.from(timestamps, (time, i) => [time, addresses[i]]),
      );
      expect(got).toEqual(expected);
      expect(losses.total).toBe(0);
    }),
    { numRuns: 200 },
  );
});

it('counts what steps back by more', () => {
  const losses = lossCounter();
  const order = inTimeOrder({ lateness: 1e-6, losses });
  const out = [packetOf([10, 20], 0, 20), packetOf([5, 19, 30, 7], 2, 30)].flatMap((packet) =>
    order(packet),
  );
  out.push(...order.end());
  expect(out.flatMap(({ timestamps }) => [...timestamps])).toEqual([10, 19, 20, 30]);
  expect(losses.byReason).toEqual({ late: 2 });
});

it.each([
  [[Number.NaN]],
  [[1, Number.NaN, 3]],
  [[Number.NEGATIVE_INFINITY, 3]],
  [[3, Number.POSITIVE_INFINITY]],
  [[Number.POSITIVE_INFINITY, 3]],
])('refuses %s as times, and goes on as if it had not been asked', (times) => {
  const order = inTimeOrder({ lateness: 0 });
  expect(() => order(packetOf(times, 0, 5))).toThrow('it must be finite');
  expect(order(packetOf([2], 0, 2))).toEqual([]);
  expect(order.end()[0]!.timestamps).toEqual(Float64Array.of(2));
});

/** A stream of whole milliseconds with times that lie astray, cut anywhere. */
const broken = fc
  .record({
    cuts: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
    astray: fc.uniqueArray(
      fc.record({
        at: fc.integer({ min: 1, max: 98 }),
        time: fc.integer({ min: 61e6, max: 2 ** 52 }),
      }),
      { maxLength: 5, selector: ({ at }) => Math.floor(at / 2) },
    ),
    base: fc.constantFrom(0, -5e9, 1.6e15),
  })
  .map(({ cuts, astray, base }) => {
    const times = Array.from({ length: 100 }, (_, i): number => base + 1000 * i);
    const wrong = new Map(astray.map(({ at, time }) => [at, base + 1e5 + time]));
    const all = times.map((time, i) => wrong.get(i) ?? time);
    const packets: AerPacket[] = [];
    let said: number = base;
    for (let from = 0, i = 0; from < all.length; i++) {
      const to = from + cuts[i % cuts.length]!;
      const some = all.slice(from, to);
      // As decoders say it: never less than before.
      said = Math.max(said, some.at(-1)!);
      packets.push(packetOf(some, from, said));
      from = to;
    }
    return { packets, whole: times.filter((_, i) => !wrong.has(i)), count: wrong.size };
  });

it('leaves out what is astray by itself, wherever a stream is cut, and nothing else', () => {
  fc.assert(
    fc.property(broken, ({ packets, whole, count }) => {
      const losses = lossCounter();
      const order = inTimeOrder({ lateness: 0.01, losses });
      const out = packets.flatMap((packet) => order(packet));
      const given = out.flatMap(({ timestamps }) => [...timestamps]);
      out.push(...order.end());
      expect(out.flatMap(({ timestamps }) => [...timestamps])).toEqual(whole);
      expect(losses.byReason).toEqual(count > 0 ? { astray: count } : {});
      // What is true does not wait for longer than it must.
      expect(given.length).toBeGreaterThanOrEqual(whole.length - 60);
    }),
  );
});

it('believes that time has leapt where what comes next is there too, or nothing does', () => {
  const far = 3600e6;
  const counted = (packets: readonly AerPacket[]) => {
    const losses = lossCounter();
    const order = inTimeOrder({ lateness: 0, losses });
    const given = packets.flatMap((packet) => order(packet));
    const now = given.flatMap(({ timestamps }) => [...timestamps]);
    const all = [...now, ...order.end().flatMap(({ timestamps }) => [...timestamps])];
    return [now, all, losses.byReason];
  };
  const start = packetOf([10, 20], 0, 20);
  expect(counted([start, packetOf([far, far + 5], 2, far + 6)])).toEqual([
    [10, 20, far, far + 5],
    [10, 20, far, far + 5],
    {},
  ]);
  expect(counted([packetOf([10, 20, far], 0, far)])).toEqual([[], [10, 20, far], {}]);
  // An empty packet says that time goes on there, or that it does not.
  const one = packetOf([far], 2, far);
  expect(counted([start, one, packetOf([], 0, far + 1)])[0]).toEqual([10, 20, far]);
  expect(counted([start, one, packetOf([], 0, 500)])[2]).toEqual({ astray: 1 });
  // Each of a stream of few events leaps.
  const rare = [1, 2, 3, 4].map((hour) => packetOf([hour * far], 0, hour * far));
  expect(counted(rare)[1]).toEqual([far, 2 * far, 3 * far, 4 * far]);
});
