import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packedLz4, unpackedLz4 } from '#src/codecs/lz4';
import { xxhash32 } from '#src/codecs/xxhash32';

/** Bytes with runs and repeats, as there are in files. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.nat(255), fc.nat(400)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(60))
        .map(([some, count]) => Buffer.concat(new Array(count).fill(some))),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Uint8Array.from(Buffer.concat(parts)));

describe('LZ4', () => {
  it('gives back what was compressed', () => {
    fc.assert(
      fc.property(bytes, (some) => {
        expect(Buffer.compare(unpackedLz4(packedLz4(some))!, some)).toBe(0);
      }),
      { numRuns: Number(process.env['CODEC_RUNS'] ?? 200) },
    );
  });

  it('compresses more than a block', () => {
    const long = Uint8Array.from({ length: 300_000 }, (_, i) => (i % 16 < 12 ? i >> 12 : i * 7));
    const packed = packedLz4(long);
    expect(packed.length).toBeLessThan(150_000);
    expect(Buffer.compare(unpackedLz4(packed)!, long)).toBe(0);
  });

  it('reads frames of other writers: linked, stored and empty blocks, sizes and checksums', () => {
    const frame = (flags: number, ...rest: readonly number[]): Uint8Array =>
      Uint8Array.of(4, 34, 77, 24, flags, 64, 192, ...rest);
    const letters = Array.from({ length: 16 }, (_, i) => 97 + i);
    const storedBlock = [16, 0, 0, 128, ...letters];
    // No literals, 8 bytes from 16 before; 5 literals.
    const linkedBlock = [9, 0, 0, 0, 0x04, 16, 0, 0x50, 1, 2, 3, 4, 5];
    const all = Uint8Array.from([...letters, ...letters.slice(0, 8), 1, 2, 3, 4, 5]);
    expect(unpackedLz4(frame(64, 0, 0, 0, 0))).toEqual(new Uint8Array(0));
    const end = [0, 0, 0, 0];
    expect(unpackedLz4(frame(64, ...storedBlock, ...linkedBlock, ...end))).toEqual(all);
    const checksum = [9, 9, 9, 9];
    const size = [29, 0, 0, 0, 0, 0, 0, 0];
    // The content size stands before the byte that checks the head.
    const rest = [...storedBlock, ...checksum, ...linkedBlock, ...checksum, ...end, ...checksum];
    expect(unpackedLz4(frame(64 + 8 + 16 + 4, ...size, ...rest))).toEqual(all);
    expect(unpackedLz4(frame(64, ...linkedBlock, ...end))).toBeUndefined();
  });

  it('refuses what is damaged, without writing anywhere else', () => {
    const sound = packedLz4(Uint8Array.from({ length: 2000 }, (_, i) => (i * i) >> 7));
    const hurt = fc
      .array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 5 })
      .map((changes) => {
        const some = sound.slice();
        for (const [at, value] of changes) some[at] = value;
        return some;
      });
    fc.assert(
      fc.property(fc.oneof(hurt, fc.uint8Array({ maxLength: 60 })), (some) => {
        const unpacked = unpackedLz4(some);
        if (unpacked !== undefined) expect(unpacked.length).toBeLessThan(2 ** 17);
      }),
      { numRuns: Number(process.env['CODEC_RUNS'] ?? 500) },
    );
  });
});

describe('XXH32', () => {
  it('is that of the specification', () => {
    const text = (some: string) => new TextEncoder().encode(some);
    expect(xxhash32(text(''))).toBe(0x02cc5d05);
    expect(xxhash32(text('a'))).toBe(0x550d7456);
    expect(xxhash32(text('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
    expect(xxhash32(text('xNobody inspects the spammish repetition').subarray(1))).toBe(0xe2293b2f);
  });
});
