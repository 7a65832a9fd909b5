import * as library from '@bokuweb/zstd-wasm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { lined, workAt, workshop } from '#src/codecs/wasm';
import {
  loadZstd,
  packedZstd,
  packedZstdBound,
  packZstd,
  packZstdRoom,
  unpackZstd,
} from '#src/codecs/zstd';

beforeAll(async () => {
  await library.init();
  await loadZstd();
});

/** What a frame holds, at most a mebibyte; undefined if it is damaged. */
function unpacked(frame: Uint8Array, most = 2 ** 20): Uint8Array | undefined {
  const found = unpackZstd(frame, most);
  return found?.shop.u8.slice(found.at, found.at + found.length);
}

/** Numbers that look like chance. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state >>> 8;
  };
}

/** Bytes with repeats near and far, few and many values, and records as those of events. */
const bytes = fc
  .array(fc.tuple(fc.nat(4), fc.nat(2 ** 31), fc.constantFrom(9, 300, 5000, 70_000)), {
    maxLength: 6,
  })
  .map((parts) =>
    Uint8Array.from(
      Buffer.concat(
        parts.map(([kind, seed, scale]) => {
          const next = numbers(seed);
          const count = next() % scale;
          const most = 1 + (next() % 60);
          const record = Uint8Array.from({ length: most }, next);
          return Uint8Array.from({ length: count }, (_, i) => {
            if (kind === 0) return next();
            if (kind === 1) return seed;
            if (kind === 2) return record[i % most]!;
            if (kind === 3) return (next() % most) * ((next() % most) / most);
            return i % 16 < 4 ? (i >> 4) >> (2 * (i % 16)) : i % 16 < 6 ? next() : 0;
          });
        }),
      ),
    ),
  );

/** 400 letters, `97 + ((i² >> 4) mod 11)`, as `zstd -19` of Facebook packs a stream of them, with their checksum. */
const stream =
  'KLUv/QRo3QEAgkUMCtA3RJRJSQwA4CLbSGj4QsVaaPWsJ3poglcMCD/POwUm6kDmmPRu3JG4LJI7CuS2BQEAWM2mhih1gq/Z';
const letters = Uint8Array.from({ length: 400 }, (_, i) => 97 + (((i * i) >> 4) % 11));

describe('ZSTD', () => {
  it('reads what libzstd has compressed, at any level', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom(1, 2, 3, 6, 13, 19), (some, level) => {
        const frame = library.compress(some, level);
        expect(Buffer.compare(unpacked(frame)!, some)).toBe(0);
      }),
      { numRuns: Number(process.env['CODEC_RUNS'] ?? 60) },
    );
  });

  it('reads frames that do not say how much they hold, and their checksum', () => {
    const frame = Uint8Array.from(Buffer.from(stream, 'base64'));
    expect(unpacked(frame)).toEqual(letters);
    expect(unpacked(frame, 400)).toEqual(letters);
    expect(unpacked(frame, 399)).toBeUndefined();
    frame[frame.length - 1]! ^= 1;
    expect(unpacked(frame)).toBeUndefined();
  });

  it('reads frames one after the other, and passes over those of others', () => {
    const frame = Buffer.from(stream, 'base64');
    const other = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    const both = Buffer.concat([other, frame, other, frame]);
    expect(unpacked(both)).toEqual(Uint8Array.from([...letters, ...letters]));
    expect(unpacked(both.subarray(0, -1))).toBeUndefined();
    expect(unpacked(Uint8Array.of(...other, ...other))).toEqual(new Uint8Array(0));
    expect(unpacked(other.subarray(0, -1))).toBeUndefined();
  });

  it('reads blocks as they are and of one byte, and refuses what is reserved or needs a dictionary', () => {
    const frame = (flags: number, ...rest: readonly number[]): Uint8Array =>
      Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, flags, ...rest);
    // Three bytes as they are; five of one; the last, empty.
    const blocks = [24, 0, 0, 7, 8, 9, 42, 0, 0, 6, 1, 0, 0];
    const all = Uint8Array.of(7, 8, 9, 6, 6, 6, 6, 6);
    expect(unpacked(frame(0, 0, ...blocks))).toEqual(all);
    expect(unpacked(frame(32, 8, ...blocks))).toEqual(all);
    expect(unpacked(frame(1, 0, 0, ...blocks))).toEqual(all);
    expect(unpacked(frame(1, 0, 5, ...blocks))).toBeUndefined();
    expect(unpacked(frame(32, 9, ...blocks))).toBeUndefined();
    expect(unpacked(frame(8, 0, ...blocks))).toBeUndefined();
    expect(unpacked(frame(0, 0, ...blocks.slice(0, -3)))).toBeUndefined();
    expect(unpacked(frame(0, 0, 7, 0, 0))).toBeUndefined();
  });

  it('refuses what is damaged, without writing anywhere else, and gives nothing that libzstd does not', () => {
    const next = numbers(1);
    const sound = [
      library.compress(
        Uint8Array.from({ length: 3000 }, (_, i) => (i * i) >> 7),
        1,
      ),
      library.compress(
        Uint8Array.from({ length: 9000 }, (_, i) => (next() % 25) * (i & 1)),
        3,
      ),
      library.compress(
        Uint8Array.from({ length: 2000 }, () => 97 + (next() % 9)),
        19,
      ),
    ];
    const hurt = fc
      .tuple(
        fc.constantFrom(...sound),
        fc.array(fc.tuple(fc.nat(2 ** 20), fc.boolean(), fc.nat(255)), { maxLength: 4 }),
      )
      .map(([frame, changes]) => {
        const some = frame.slice();
        // Most of what is read by rules stands at the beginning.
        for (const [at, early, value] of changes) {
          some[at % (early ? 60 : frame.length)] = value;
        }
        return some;
      });
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: hurt }, fc.uint8Array()), (some) => {
        const ours = unpacked(some);
        if (ours === undefined) return;
        expect(Buffer.compare(ours, library.decompress(some, { defaultHeapSize: 2 ** 20 }))).toBe(
          0,
        );
      }),
      { numRuns: Number(process.env['CODEC_RUNS'] ?? 1000) },
    );
  });
});

/** Packs bytes, and sees that libzstd and we get them back. */
function packed(some: Uint8Array): Uint8Array {
  const frame = packedZstd(some);
  const theirs = library.decompress(frame, { defaultHeapSize: 2 ** 20 });
  expect(Buffer.compare(theirs, some)).toBe(0);
  expect(Buffer.compare(unpacked(frame)!, some)).toBe(0);
  return frame;
}

/** Records of 16 bytes as those of a camera: a time, two coordinates, a polarity. */
function records(count: number, seed: number): Uint8Array {
  const next = numbers(seed);
  const all = Buffer.alloc(16 * count);
  let time = 2 ** 40 + seed;
  for (let at = 0; at < all.length; at += 16) {
    time += next() % 9;
    all.writeBigInt64LE(BigInt(time), at);
    all.writeUInt16LE(next() % 1280, at + 8);
    all.writeUInt16LE(next() % 720, at + 10);
    all[at + 12] = next() & 1;
  }
  return all;
}

describe('ZSTD that is written', () => {
  it('is what libzstd reads', () => {
    fc.assert(
      fc.property(bytes, (some) => {
        packed(some);
      }),
      { numRuns: Number(process.env['CODEC_RUNS'] ?? 200) },
    );
  });

  const kinds: Readonly<Record<string, (size: number) => Uint8Array>> = {
    chance: (size) => Uint8Array.from({ length: size }, numbers(size)),
    'one byte': (size) => new Uint8Array(size).fill(7),
    records: (size) => records(Math.ceil(size / 16), size).subarray(0, size),
    // Literals only: the bytes of a record are never those of the one before.
    'few bytes': (size) =>
      Uint8Array.from({ length: size }, (_, i) => ((i >> 4) % 2) ^ ((i % 3) * 2)),
    // Matches as short and as many as can be.
    'short repeats': (size) => {
      const next = numbers(size);
      return Uint8Array.from({ length: size }, (_, i) => (i % 6 === 0 ? next() : 1 + (i % 2)));
    },
  };

  it.each(Object.keys(kinds))('may be of any size: %s', (kind) => {
    const around = (size: number) => [-17, -1, 0, 1, 15, 64, 65, 200].map((more) => size + more);
    const sizes = Array.from({ length: 301 }, (_, i) => i);
    sizes.push(...[1024, 4096, 16_384, 65_536, 65_792, 131_072].flatMap(around));
    for (const size of sizes) packed(kinds[kind]!(size));
  });

  it('has codes of 11 bits at most', () => {
    // As often as numbers of Fibonacci, which makes codes as long as can be.
    const often = [1, 1];
    while (often.length < 22) often.push(often.at(-1)! + often.at(-2)!);
    for (let most = 8; most <= often.length; most++) {
      const all = often.slice(0, most).flatMap((count, byte) => new Array(count).fill(byte * 9));
      const next = numbers(most);
      // Never the byte of a record before, so that all are literals.
      const shuffled = all.map((byte) => [next(), byte]).sort(([a], [b]) => a - b);
      const some = Uint8Array.from(shuffled, ([, byte]) => byte);
      expect(packed(some).length).toBeLessThan(some.length / 2 + 64);
    }
  });

  it('writes nowhere but where it may', () => {
    fc.assert(
      fc.property(bytes, (some) => {
        const room = lined(workAt + some.length + 64);
        const to = lined(room + packZstdRoom);
        const end = to + packedZstdBound(some.length);
        const shop = workshop(end + 256 - workAt);
        const { u8 } = shop;
        u8.set(some, workAt);
        u8.fill(0xa5, to);
        u8.fill(0xa5, workAt + some.length, room);
        expect(packZstd(shop, workAt, some.length, to, room)).toBeLessThanOrEqual(end);
        expect(Buffer.compare(u8.subarray(workAt, workAt + some.length), some)).toBe(0);
        expect(u8.subarray(end, end + 256).every((byte) => byte === 0xa5)).toBe(true);
        expect(u8.subarray(workAt + some.length, room).every((byte) => byte === 0xa5)).toBe(true);
      }),
      { numRuns: Number(process.env['CODEC_RUNS'] ?? 100) },
    );
  });

  it('is smaller than that of libzstd at level 1, of events', () => {
    for (const [count, part] of [[100, 1] as const, [1000, 0.9] as const, [4092, 0.85] as const]) {
      const some = records(count, count);
      expect(packed(some).length).toBeLessThan(part * library.compress(some, 1).length);
    }
  });
});
