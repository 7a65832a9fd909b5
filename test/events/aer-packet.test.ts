import fc from 'fast-check';
import { aerPacket } from 'spikeline';
import { emptyPacket } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from './reasons.ts';

describe('aerPacket', () => {
  it('keeps what it is given, in copies of its own', () => {
    const times = new Float64Array([-5, 0, 0, 2 ** 53 - 1]);
    const addresses = new Uint32Array([3, 2, 1, 2 ** 32 - 1]);
    const packet = aerPacket(times, addresses);
    times.fill(0);
    addresses.fill(0);
    expect(Array.from(packet.timestamps)).toEqual([-5, 0, 0, 2 ** 53 - 1]);
    expect(Array.from(packet.addresses)).toEqual([3, 2, 1, 2 ** 32 - 1]);
  });

  it('may be empty', () => {
    expect(aerPacket([], [])).toEqual(emptyPacket);
  });

  it('accepts exactly the sorted whole times', () => {
    const times = fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 6 });
    fc.assert(
      fc.property(times, (given) => {
        const sorted = given.every((time, i) => i === 0 || given[i - 1]! <= time);
        const reasons = reasonsOf(() => aerPacket(given, new Array(given.length).fill(0)));
        expect(reasons.length === 0).toBe(sorted);
      }),
    );
  });

  it.each([
    ['a fraction', [0.5], /timestamp 0 is 0\.5/],
    ['NaN', [0, Number.NaN], /timestamp 1 is NaN/],
    ['infinity', [Number.POSITIVE_INFINITY], /timestamp 0 is Infinity/],
    ['more than 53 bits', [2 ** 53], /timestamp 0 is 9007199254740992/],
    ['a step back', [0, 5, 4], /timestamp 2 \(4 µs\) lies before 5 µs/],
  ])('refuses %s among the times', (_, times, reason) => {
    expect(() => aerPacket(times, new Array(times.length).fill(0))).toThrow(reason);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 32])('refuses the address %s', (address) => {
    expect(() => aerPacket([0, 1], [7, address])).toThrow(`address 1 is ${address}`);
  });

  it('lists every mistake at once', () => {
    const reasons = reasonsOf(() => aerPacket([5, 1.5, 9], [0, -2]));
    expect(reasons).toHaveLength(4);
    expect(reasons[0]).toMatch(/3 timestamps stand against 2 addresses/);
    expect(reasons[1]).toMatch(/timestamp 1 is 1\.5/);
    expect(reasons[2]).toMatch(/timestamp 1 \(1\.5 µs\) lies before 5 µs/);
    expect(reasons[3]).toMatch(/address 1 is -2/);
  });
});
