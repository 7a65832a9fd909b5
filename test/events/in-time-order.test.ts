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
