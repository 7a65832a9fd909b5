import fc from 'fast-check';
import { channels, pixels } from 'spikeline';
import { chipWords, packPixel, unpackPixel } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { addressLimit, pixelBits, sameSpace, spaceProblems } from '#src/events/space';
import { reasonsOf } from './reasons.ts';

const side = fc.integer({ min: 1, max: 65_536 });
const camera = fc
  .tuple(side, side)
  .filter(([width, height]) => Math.ceil(Math.log2(width)) + Math.ceil(Math.log2(height)) <= 31);

describe('pixels', () => {
  it('pack and unpack to the same', () => {
    fc.assert(
      fc.property(camera, fc.nat(), fc.nat(), fc.nat(1), ([width, height], i, j, polarity) => {
        const space = pixels(width, height);
        const pixel = { x: i % width, y: j % height, polarity };
        const address = packPixel(space, pixel);
        expect(unpackPixel(space, address)).toEqual(pixel);
        expect(address).toBeLessThan(addressLimit(space));
        expect(new Uint32Array([address])[0]).toBe(address);
      }),
    );
  });

  it('have an address of their own each, y above x above polarity', () => {
    const space = pixels(3, 2);
    expect(pixelBits(space)).toEqual({ yShift: 3, xMask: 3 });
    const all = [0, 1].flatMap((y) =>
      [0, 1, 2].flatMap((x) => [0, 1].map((polarity) => packPixel(space, { x, y, polarity }))),
    );
    expect(all).toEqual([0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13]);
  });

  it('unpack every word of 32 bits without complaint', () => {
    for (const space of [pixels(1, 1), pixels(65_536, 32_768), pixels(32_768, 65_536)]) {
      const { x, y, polarity } = unpackPixel(space, 2 ** 32 - 1);
      expect([x, y, polarity].every((part) => part >= 0)).toBe(true);
    }
  });

  it('refuse what does not fit in 32 bits', () => {
    expect(() => pixels(65_536, 65_536)).toThrow('65536×65536');
    expect(reasonsOf(() => pixels(0, 1.5))).toHaveLength(2);
  });
});

describe('spaces', () => {
  it('are the same where they mean the same', () => {
    const spaces = () => [
      channels(2),
      channels(3),
      pixels(2, 3),
      pixels(3, 2),
      chipWords('a'),
      chipWords('b'),
    ];
    for (const [i, a] of spaces().entries()) {
      for (const [j, b] of spaces().entries()) expect(sameSpace(a, b)).toBe(i === j);
    }
  });

  it('refuse junk with an InvalidArgumentError', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (a, b) => {
        for (const make of [channels, pixels, chipWords]) {
          reasonsOf(() => make(a as never, b as never));
        }
        spaceProblems(a);
      }),
    );
    for (const bad of [undefined, null, {}, { kind: 'toString' }, { kind: 'channels' }]) {
      expect(spaceProblems(bad).length).toBeGreaterThan(0);
    }
    expect(spaceProblems(pixels(2, 2))).toEqual([]);
  });
});
