import fc from 'fast-check';
import { aerPacket, channels, DataError, pixels, type Space, spikeRaster } from 'spikeline';
import { chipWords, marks, rasterToEvents, series, type WireMessage } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { encodeFrame, frameDecoder } from '#src/events/framing';
import { addressLimit } from '#src/events/space';
import { decodeWire, encodeWire } from '#src/events/wire';
import { edge } from '#test/support/rasters';
import { runs } from '#test/support/runs';

// Any code point; fast-check's own unit for that makes a table of a million of them.
const unit = fc.nat(0x10ffff - 0x800).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));
const space: fc.Arbitrary<Space> = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 32 }).map(channels),
  fc
    .tuple(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 1, max: 4096 }))
    .map(([w, h]) => pixels(w, h)),
  fc.string({ minLength: 1, maxLength: 20, unit }).map(chipWords),
);
const time = fc.oneof(
  fc.nat(1e6),
  fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  fc.maxSafeInteger(),
);
const packet = fc
  .tuple(space, fc.array(time, { maxLength: 40 }), fc.nat(1000))
  .chain(([own, times, more]) => {
    const sorted = times.toSorted((a, b) => a - b);
    const address = fc.integer({ min: 0, max: addressLimit(own) - 1 });
    return fc
      .array(address, { minLength: sorted.length, maxLength: sorted.length })
      .map((addresses) => {
        const until = Math.min(Number.MAX_SAFE_INTEGER, (sorted.at(-1) ?? 0) + more);
        return aerPacket(sorted, addresses, own, until);
      });
  });
const raster = fc
  .tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.nat(20),
    fc.constantFrom(1e-3, 1 / 3000, 1),
    fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  )
  .chain(([width, steps, dt, startTime]) =>
    fc
      .array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), {
        minLength: steps * width,
        maxLength: steps * width,
      })
      .map((counts) =>
        spikeRaster({ channels: width, dt, startTime: edge(startTime, dt), counts }),
      ),
  );
const signals = raster.map(({ counts, ...grid }) => ({
  ...grid,
  values: Float64Array.from(counts, (count) => (count % 7 === 3 ? Number.NaN : count / 3)),
}));
const times = fc.tuple(fc.array(time, { maxLength: 20 }), fc.nat(1000)).map(([some, more]) => {
  const sorted = some.toSorted((a, b) => a - b);
  return [sorted, Math.min(Number.MAX_SAFE_INTEGER, (sorted.at(-1) ?? 0) + more)] as const;
});
const numbers = fc
  .tuple(times, fc.integer({ min: 1, max: 4 }), fc.double())
  .map(([[sorted, until], width, value]) =>
    series(sorted, new Array(sorted.length * width).fill(value), width, until),
  );
const labelled = fc
  .tuple(times, fc.array(fc.string({ unit }), { minLength: 20, maxLength: 20 }))
  .map(([[sorted, until], labels]) => marks(sorted, labels.slice(0, sorted.length), until));
const body = fc.oneof(
  fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__')),
  fc.uint8Array().map((bytes) => Float64Array.from(bytes)),
  fc.record({
    words: fc.uint32Array(),
    nothing: fc.constant(undefined),
    large: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  }),
);
const header = { stream: fc.nat(65_535), sequence: fc.nat(2 ** 31 - 1).map((n) => n * 2 + 1) };
const message: fc.Arbitrary<WireMessage> = fc.oneof(
  fc.record({ kind: fc.constant('events' as const), ...header, packet }),
  fc.record({ kind: fc.constant('raster' as const), ...header, raster }),
  fc.record({ kind: fc.constant('signals' as const), ...header, signals }),
  fc.record({ kind: fc.constant('series' as const), ...header, series: numbers }),
  fc.record({ kind: fc.constant('marks' as const), ...header, marks: labelled }),
  fc.record({ kind: fc.constant('control' as const), ...header, body }),
);

/** Cuts bytes into pieces. */
function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const cut: Uint8Array[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}

/** The messages of bytes, or that they are refused. Whatever else happens goes through. */
function decoded(read: () => unknown): unknown {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    return 'refused';
  }
}

describe('a message', () => {
  it('comes back as it was sent', () => {
    fc.assert(
      fc.property(message, (given) => {
        // JSON has a negative zero, MessagePack an integer.
        expect(JSON.parse(text(decodeWire(encodeWire(given))))).toEqual(JSON.parse(text(given)));
        if (given.kind !== 'control') expect(decodeWire(encodeWire(given))).toEqual(given);
      }),
      { numRuns: runs(300) },
    );
  });

  it('is read from bytes that lie anywhere', () => {
    const given: WireMessage = {
      kind: 'events',
      stream: 3,
      sequence: 9,
      packet: aerPacket([1, 2, 2], [0, 1, 0], channels(2)),
    };
    const bytes = encodeWire(given);
    for (let shift = 0; shift < 9; shift++) {
      const room = new Uint8Array(bytes.length + shift);
      room.set(bytes, shift);
      expect(decodeWire(room.subarray(shift))).toEqual(given);
    }
  });

  it('has a header of 16 bytes and aligned arrays', () => {
    const given = { kind: 'events', stream: 513, sequence: 4_000_000_000 } as const;
    const bytes = encodeWire({ ...given, packet: aerPacket([5], [7], pixels(4, 4), 6) });
    const view = new DataView(bytes.buffer);
    expect([bytes[0], bytes[1], view.getUint16(2, true), view.getUint32(4, true)]).toEqual([
      1, 1, 513, 4_000_000_000,
    ]);
    expect([view.getFloat64(8, true), view.getFloat64(32, true), view.getUint32(40, true)]).toEqual(
      [6, 5, 7],
    );
  });

  it('takes arrays apart without copying them', () => {
    const raster = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 2] });
    const bytes = encodeWire({ kind: 'raster', stream: 0, sequence: 0, raster });
    const found = decodeWire(bytes);
    expect(found.kind === 'raster' && found.raster.counts.buffer).toBe(bytes.buffer);
  });
});

describe('bytes from outside', () => {
  it('are a message or a DataError, if they are random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decoded(() => decodeWire(bytes));
        // With a sound header, so that the rest is reached.
        for (const kind of [1, 2, 3]) {
          if (bytes.length > 1) bytes.set([kind, 1]);
          decoded(() => decodeWire(bytes));
        }
        decoded(() => frameDecoder().push(bytes));
      }),
      { numRuns: runs(2000) },
    );
  });

  it('are a message or a DataError, if a message was mutated or cut off', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), fc.boolean(), (given, at, byte, cut) => {
        const bytes = encodeWire(given);
        bytes[at % bytes.length] = byte;
        const found = decoded(() => decodeWire(cut ? bytes.subarray(0, at % bytes.length) : bytes));
        // What is accepted is sound.
        if (typeof found === 'object') encodeWire(found as WireMessage);
      }),
      { numRuns: runs(2000) },
    );
  });

  it.each([
    ['a list of 4 billion', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['an object of 4 billion', [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ['a text of 4 billion', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['an extension of code', [0xd4, 0x72, 0x40]],
    ['a regular expression', [0xc7, 2, 0x78, 0x91, 0xa1]],
    ['half an element', [0xc7, 3, 0x74, 8, 0]],
    ['a name that is a number', [0x81, 1, 1]],
    ['two values', [1, 1]],
    ['nothing', []],
  ])('cannot make room for %s', (_, bytes) => {
    const given = Uint8Array.from([3, 1, ...new Array(14).fill(0), ...bytes]);
    expect(() => decodeWire(given)).toThrow(DataError);
  });

  it('cannot go deeper than the stack', () => {
    const deep = Uint8Array.from([3, 1, ...new Array(14).fill(0), ...new Array(1e6).fill(0x91), 1]);
    expect(() => decodeWire(deep)).toThrow(/64 deep/);
  });

  it('cannot fill the memory with empty objects', () => {
    const count = 2 ** 22;
    const many = new Uint8Array(16 + 5 + count).fill(0x80);
    many.set([3, 1, ...new Array(14).fill(0), 0xdd, 0, 0x40, 0, 0]);
    expect(() => decodeWire(many)).toThrow(/too many lists and objects/);
  });
});

describe('a stream of bytes', () => {
  it('gives the same messages however it is cut', () => {
    const some = fc.array(message, { maxLength: 5 });
    fc.assert(
      fc.property(some, fc.array(fc.nat(60)), (given, sizes) => {
        const bytes = Uint8Array.from(given.flatMap((each) => [...encodeFrame(each)]));
        const whole = frameDecoder().push(bytes);
        const decoder = frameDecoder();
        const found = pieces(bytes, sizes).flatMap((piece) => decoder.push(piece));
        expect(found).toEqual(whole);
        expect(found).toHaveLength(given.length);
        expect(decoder.waiting).toBe(0);
      }),
    );
  });

  it('holds no more than has come, whatever is announced', () => {
    const decoder = frameDecoder({ maxBytes: 1000 });
    expect(decoder.push(Uint8Array.of(232, 3, 0, 0, 1, 1))).toEqual([]);
    expect(decoder.waiting).toBe(6);
    expect(() => frameDecoder({ maxBytes: 1000 }).push(Uint8Array.of(233, 3, 0, 0))).toThrow(
      /1001 bytes is announced; 1000/,
    );
    expect(() => frameDecoder().push(new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'))).toThrow(
      DataError,
    );
  });

  it('is read no further after a mistake', () => {
    const decoder = frameDecoder();
    expect(() => decoder.push(Uint8Array.of(1, 0, 0, 0, 7))).toThrow(DataError);
    const good = encodeFrame({ kind: 'control', stream: 0, sequence: 0, body: 1 });
    expect(() => decoder.push(good)).toThrow(DataError);
  });

  it('carries a long recording', () => {
    const counts = new Uint32Array(100_000).fill(1);
    const packet = rasterToEvents(spikeRaster({ channels: 10, dt: 1e-3, counts }));
    const bytes = encodeFrame({ kind: 'events', stream: 0, sequence: 0, packet });
    const decoder = frameDecoder();
    const found: WireMessage[] = [];
    for (let at = 0; at < bytes.length; at += 1460) {
      found.push(...decoder.push(bytes.subarray(at, at + 1460)));
    }
    expect(found).toEqual([{ kind: 'events', stream: 0, sequence: 0, packet }]);
  });
});

/** A message as text, for comparing what JSON can say. */
function text(given: WireMessage): string {
  return JSON.stringify(given, (_, value) =>
    typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? 0 : value,
  );
}
