import fc from 'fast-check';
import { Packr, pack } from 'msgpackr';
import { type Checkpoint, DataError } from 'spikeline';
import { packCheckpoint, unpackCheckpoint } from 'spikeline/train';
import { describe, expect, it } from 'vitest';

const values = fc.float64Array({ maxLength: 40, noDefaultInfinity: true, noNaN: true });
const checkpoint: fc.Arbitrary<Checkpoint> = fc
  .tuple(fc.nat(1e6), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), values)
  .chain(([epoch, loss, weights]) =>
    fc.record({
      epoch: fc.constant(epoch),
      loss: fc.constant(epoch === 0 ? Number.NaN : loss),
      weights: fc.constant(weights),
      mean: fc.constant(weights.map((value) => -value)),
      square: fc.constant(weights.map(Math.abs)),
      belongsTo: fc.string(),
    }),
  );

const one: Checkpoint = {
  epoch: 65,
  loss: 0.5,
  weights: Float64Array.of(1, 2),
  mean: Float64Array.of(0, 1e-12),
  square: Float64Array.of(1e-24, 5e-324),
  belongsTo: '0a1b2c3d',
};

function refuses(bytes: Uint8Array): void {
  try {
    unpackCheckpoint(bytes);
  } catch (cause) {
    expect(cause).toBeInstanceOf(DataError);
    return;
  }
  throw new Error('was not refused');
}

describe('a packed checkpoint', () => {
  it('comes back to the last bit', () => {
    fc.assert(
      fc.property(checkpoint, (given) => {
        expect(unpackCheckpoint(packCheckpoint(given))).toEqual(given);
      }),
    );
  });

  it('may be cut out of a larger buffer', () => {
    const bytes = packCheckpoint(one);
    const room = new Uint8Array(bytes.length + 7);
    room.set(bytes, 3);
    expect(unpackCheckpoint(room.subarray(3, 3 + bytes.length))).toEqual(one);
  });

  it('can be written to after it was read, without harm to the bytes', () => {
    const bytes = packCheckpoint(one);
    unpackCheckpoint(bytes).weights.fill(9);
    expect(unpackCheckpoint(bytes)).toEqual(one);
  });
});

describe('unpackCheckpoint', () => {
  it('refuses random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => refuses(bytes)),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['half of one', packCheckpoint(one).subarray(0, 60)],
    ['another thing', pack({ format: 'spikeline/pipeline', version: 1, stages: [] })],
    ['another version', pack({ format: 'spikeline/checkpoint', version: 2, ...one })],
    [
      'lists instead of arrays',
      pack({ format: 'spikeline/checkpoint', version: 1, ...one, mean: [1] }),
    ],
  ])('refuses %s', (_, bytes) => refuses(bytes));

  it('refuses every one of 3000 flipped bits, and every cut', () => {
    const bytes = packCheckpoint({
      ...one,
      weights: new Float64Array(40),
      mean: new Float64Array(40),
      square: new Float64Array(40),
    });
    const bits = bytes.length * 8;
    for (let i = 0; i < 3000; i++) {
      const bit = Math.floor((i * bits) / 3000);
      const damaged = Uint8Array.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      refuses(damaged);
    }
    for (let length = 0; length < bytes.length; length++) refuses(bytes.subarray(0, length));
    refuses(Uint8Array.of(...bytes, 0));
  });

  it('is not led astray by what it read before', () => {
    const bytes = packCheckpoint(one);
    // Records define structures for later bytes; those of one file must not leak into the next.
    const stranger = new Packr({ useRecords: true });
    for (let i = 0; i < 40; i++) refuses(stranger.pack({ [`field${i}`]: i, epoch: 64 + i }));
    expect(unpackCheckpoint(bytes)).toEqual(one);
    expect(unpackCheckpoint(packCheckpoint(one))).toEqual(one);
  });
});
