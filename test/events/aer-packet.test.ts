import fc from 'fast-check';
import { aerPacket, channels, pixels } from 'spikeline';
import { chipWords, emptyPacket } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from './reasons.ts';

const space = chipWords('toy');

describe('aerPacket', () => {
  it('keeps what it is given, in copies of its own', () => {
    const times = new Float64Array([-5, 0, 0, 2 ** 53 - 1]);
    const addresses = new Uint32Array([3, 2, 1, 2 ** 32 - 1]);
    const packet = aerPacket(times, addresses, space);
    times.fill(0);
    addresses.fill(0);
    expect(Array.from(packet.timestamps)).toEqual([-5, 0, 0, 2 ** 53 - 1]);
    expect(Array.from(packet.addresses)).toEqual([3, 2, 1, 2 ** 32 - 1]);
  });

  it('may be empty', () => {
    expect(aerPacket([], [], space)).toEqual(emptyPacket(space));
  });

  it('accepts exactly the sorted whole times', () => {
    const times = fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 6 });
    fc.assert(
      fc.property(times, (given) => {
        const sorted = given.every((time, i) => i === 0 || given[i - 1]! <= time);
        const reasons = reasonsOf(() => aerPacket(given, new Array(given.length).fill(0), space));
        expect(reasons.length === 0).toBe(sorted);
      }),
    );
  });

  it.each([
    ['a fraction', [0.5], /timestamps\[0\] is 0\.5/],
    ['NaN', [0, Number.NaN], /timestamps\[1\] is NaN/],
    ['infinity', [Number.POSITIVE_INFINITY], /timestamps\[0\] is Infinity/],
    ['more than 53 bits', [2 ** 53], /timestamps\[0\] is 9007199254740992/],
    ['a step back', [0, 5, 4], /timestamps\[2\] is 4; it lies before 5 µs/],
  ])('refuses %s among the times', (_, times, reason) => {
    expect(() => aerPacket(times, new Array(times.length).fill(0), space)).toThrow(reason);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 32])('refuses the address %s', (address) => {
    expect(() => aerPacket([0, 1], [7, address], space)).toThrow(`addresses[1] is ${address}`);
  });

  it('lists every mistake at once', () => {
    const reasons = reasonsOf(() => aerPacket([5, 1.5, 9], [0, -2], space));
    expect(reasons).toHaveLength(4);
    expect(reasons[0]).toMatch(/3 timestamps stand against 2 addresses/);
    expect(reasons[1]).toMatch(/timestamps\[1\] is 1\.5/);
    expect(reasons[2]).toMatch(/timestamps\[1\] is 1\.5; it lies before 5 µs/);
    expect(reasons[3]).toMatch(/addresses\[1\] is -2/);
  });

  it('knows how far time has come', () => {
    expect(aerPacket([5, 7], [0, 1], space).until).toBe(7);
    expect(aerPacket([5, 7], [0, 1], space, 9).until).toBe(9);
    expect(aerPacket([], [], space).until).toBe(0);
    expect(emptyPacket(space, -3)).toEqual(aerPacket([], [], space, -3));
    expect(() => aerPacket([5, 7], [0, 1], space, 6)).toThrow('until is 6; it lies before');
    expect(() => emptyPacket(space, 0.5)).toThrow('until is 0.5');
  });

  it('refuses addresses that its space does not have', () => {
    expect(() => aerPacket([0, 1], [1, 2], channels(2))).toThrow('addresses[1] is 2');
    expect(() => aerPacket([0], [2 ** 13], pixels(64, 64))).toThrow('addresses[0] is 8192');
    expect(() => aerPacket([0], [2 ** 13 - 1], pixels(64, 64))).not.toThrow();
  });

  it('refuses junk with all problems, never with a TypeError', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), fc.anything(), (a, b, c, d) => {
        reasonsOf(() => aerPacket(a as never, b as never, c as never, d as never));
      }),
    );
    expect(reasonsOf(() => aerPacket(1 as never, 'x' as never, {} as never))).toHaveLength(3);
  });
});
