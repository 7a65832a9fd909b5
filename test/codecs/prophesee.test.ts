import fc from 'fast-check';
import { codecOf, dat, evt2, evt3, evt21 } from 'spikeline/codecs';
import { aerPacket, pixels } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { withoutFastLoops } from '#src/codecs/loops';
import { read } from '#test/codecs/property';

const text = (header: string): Uint8Array => new TextEncoder().encode(header);
const bytes = (...parts: ArrayBufferView[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)),
    ),
  );

describe('the header of Prophesee', () => {
  const word = Uint32Array.of(0x8000_0000, 0x1000_0000 | (5 << 11) | 6);

  it('ends at its end mark, though the first byte after it is a percent sign', () => {
    const payload = Uint32Array.of(0x8000_0025, 0x1000_0000);
    const given = bytes(text('% evt 2.0\n% end\n'), payload);
    expect(read(evt2, given).events).toEqual([`${0x25 * 64} 0 0 1`]);
  });

  it('ends without a mark at what is no text', () => {
    const payload = Uint32Array.of(0x8000_0025, 0x1000_0000);
    expect(read(evt2, bytes(text('% evt 2.0\n'), payload)).events.length).toBe(1);
    expect(read(evt2, bytes(text('% evt 2.0\n'), word)).events).toEqual(['0 5 6 1']);
  });

  it('says the geometry in three ways; the options decide', () => {
    const sides = (header: string, options = {}) => {
      const { width, height, space } = read(evt2, bytes(text(header), word), options).header;
      return [width, height, space];
    };
    const told = [1280, 720, pixels(1280, 720)];
    expect(sides('% format EVT2;width=1280;height=720\n% end\n')).toEqual(told);
    expect(sides('% evt 2.0\n% geometry 1280x720\n')).toEqual(told);
    expect(sides('% evt 2.0\n% Width 1280\n% Height 720\n')).toEqual(told);
    expect(sides('% evt 2.0\n')).toEqual([undefined, undefined, pixels(2048, 2048)]);
    expect(sides('% evt 2.0\n% geometry 0x99999\n', { width: 640, height: 480 })).toEqual([
      ...[640, 480],
      pixels(640, 480),
    ]);
    expect(() => evt2.decoder({ width: 0 })).toThrow(/from 1 to 32768/);
  });

  it('may name a time that Faery has taken off', () => {
    expect(read(evt2, bytes(text('% evt 2.0\n% t0 1000\n'), word)).events).toEqual(['1000 5 6 1']);
  });
});

describe('DAT', () => {
  const file = (...words: number[]): Uint8Array =>
    bytes(text('% Version 2\n'), Uint8Array.of(0, 8), Uint32Array.from(words));

  it('reads times that step over the half and the end of the counter alike, four at once and one by one', () => {
    const around = (time: number) => fc.integer({ min: time - 3, max: time + 3 });
    const time = fc.oneof(around(2 ** 31), around(3), around(2 ** 32 - 4), fc.nat(2 ** 32 - 1));
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 40 }), (times) => {
        const given = file(...times.flatMap((at, i) => [at, i % 5 === 0 ? i << 14 : i]));
        expect(read(dat, given).events).toEqual(withoutFastLoops(() => read(dat, given).events));
      }),
    );
  });

  it('takes every value of the polarity but 0 as ON', () => {
    const { events } = read(dat, file(1, 1 << 28, 2, 1 << 31, 3, 0));
    expect(events).toEqual(['1 0 0 1', '2 0 0 1', '3 0 0 0']);
  });

  it('passes small steps back, and continues the counter also when a late event follows', () => {
    const { events } = read(dat, file(2 ** 32 - 5, 0, 3, 0, 2 ** 32 - 1, 0, 4, 0, 2, 0));
    const times = events.map((event) => Number(event.split(' ')[0]) - 2 ** 32);
    expect(times).toEqual([-5, 3, -1, 4, 2]);
  });

  it('has nine bits for x and eight for y in version 1', () => {
    const payload = Uint32Array.of(7, (1 << 17) | (200 << 9) | 300);
    const given = bytes(text('% Version 1\n'), Uint8Array.of(0, 8), payload);
    expect(read(dat, given).events).toEqual(['7 300 200 1']);
  });

  it('has no type and size without a header', () => {
    expect(read(dat, bytes(Uint32Array.of(7, (2 << 14) | 3))).events).toEqual(['7 3 2 0']);
  });

  it('is known by its header alone if no more of it is there', () => {
    const head = text('% Data file containing CD events\n% Version 2\n');
    for (const given of [head, bytes(head, Uint8Array.of(12)), bytes(head, Uint8Array.of(12, 8))]) {
      expect(codecOf(given, true)).toBe(dat);
      expect(read(dat, given).events).toEqual([]);
    }
    expect(codecOf(head)).toBeUndefined();
    expect(codecOf(text('% a comment\n'), true)).toBeUndefined();
  });

  it('counts what is no event, and refuses types that nobody knows', () => {
    const given = bytes(text('% Version 2\n'), Uint8Array.of(14, 8), new Uint8Array(20));
    expect(read(dat, given).skipped).toEqual({ triggers: 2, cutOffBytes: 4 });
    const odd = (...type: number[]): Uint8Array => bytes(text('% a\n'), Uint8Array.from(type));
    expect(() => read(dat, odd(77, 8))).toThrow('byte 4 gives 77 as the type');
    expect(() => read(dat, odd(12, 9))).toThrow('byte 5 gives records of 9 bytes');
  });

  it('drops and counts pixels that are not there', () => {
    expect(read(dat, file(1, 5, 2, 3), { width: 4, height: 4 })).toMatchObject({
      events: ['2 3 0 0'],
      skipped: { outside: 1 },
    });
  });

  it('names the first time in the header if 32 bits do not hold it', () => {
    const late = aerPacket([2 ** 40], [0], pixels(2, 2));
    const written = dat.encoder!().push(late);
    expect(Buffer.from(written).toString('latin1')).toContain(`% T0 ${2 ** 40}\n`);
    expect(() => dat.encoder!().push(aerPacket([0, 2 ** 31], [0, 0], pixels(2, 2)))).toThrow(
      /a pause of 2\^31/,
    );
    expect(() => dat.encoder!({ origin: 5 }).push(aerPacket([1], [0], pixels(2, 2)))).toThrow(
      /before the origin/,
    );
    expect(() => dat.encoder!().push(aerPacket([1], [0], pixels(20_000, 2)))).toThrow(/16384/);
  });
});

describe('EVT2', () => {
  const file = (...words: number[]): Uint8Array =>
    bytes(text('% evt 2.0\n% end\n'), Uint32Array.from(words));
  const high = (value: number): number => 0x8000_0000 + value;

  it('drops what comes before the first TIME_HIGH, and counts words that are no events', () => {
    const odd = [0xa, 0xd, 0xe, 0xf, 0x3].map((type) => type * 2 ** 28);
    expect(read(evt2, file(0, odd[0]!, high(1), 1, ...odd))).toMatchObject({
      events: ['64 0 1 0'],
      skipped: { beforeTime: 1, triggers: 2, imu: 1, others: 1, continued: 1, unknownWords: 1 },
    });
  });

  it('continues TIME_HIGH when it begins anew, not when it steps back a little', () => {
    const { events } = read(evt2, file(high(2 ** 28 - 1), 0, high(0), 0, high(9), 0, high(8), 0));
    const times = events.map((event) => Number(event.split(' ')[0]) / 64 - 2 ** 28);
    expect(times).toEqual([-1, 0, 9, 8]);
  });

  it('says how far time has gone without an event', () => {
    const [packet] = evt2.decoder().push(file(high(100)));
    expect(packet).toMatchObject({ until: 6400, timestamps: new Float64Array(0) });
  });

  it('reads words of all types in any order, four at once and one by one', () => {
    const event = fc.integer({ min: 0, max: 2 ** 29 - 1 });
    const step = fc.oneof(fc.constant(1), fc.integer({ min: -3, max: 2 ** 27 }));
    const word = fc.oneof(
      { weight: 6, arbitrary: event.map((data) => ({ data })) },
      { weight: 2, arbitrary: step.map((by) => ({ by })) },
      { weight: 1, arbitrary: fc.nat(2 ** 32 - 1).map((data) => ({ data })) },
    );
    const options = { width: 2000, height: 1500 };
    const many = fc
      .tuple(fc.array(word, { maxLength: 300 }), fc.array(event, { maxLength: 300 }))
      .map(([words, events]) => [...words, ...events.map((data) => ({ data }))]);
    fc.assert(
      fc.property(many, fc.nat(2 ** 28 - 1), (words, start) => {
        let at = start;
        const next = (by: number): number => {
          at = (at + by + 2 ** 28) % 2 ** 28;
          return high(at);
        };
        const given = file(
          high(at),
          ...words.map((one) => ('by' in one ? next(one.by) : one.data)),
        );
        expect(read(evt2, given, options)).toEqual(
          withoutFastLoops(() => read(evt2, given, options)),
        );
      }),
    );
  });
});

describe('EVT2.1', () => {
  it('takes a vector at any column, and a fall of most of TIME_HIGH as what it is', () => {
    const high = (value: number): number[] => [0, 0x8000_0000 + value];
    const words = [...high(0xf00_0000), 0b1001, 0x1000_0000 | (5 << 11) | 7, ...high(0), 1, 0];
    const given = bytes(text('% evt 2.1\n% end\n'), Uint32Array.from(words));
    const late = 0xf00_0000 * 64;
    expect(read(evt21, given).events).toEqual([`${late} 5 7 1`, `${late} 8 7 1`, '0 0 0 0']);
  });
});

describe('EVT3', () => {
  const file = (...words: number[]): Uint8Array =>
    bytes(text('% evt 3.0\n% geometry 1280x720\n% end\n'), Uint16Array.from(words));

  it('replaces the lower bits of the time: a step back is one', () => {
    const words = [0x8001, 0x6000 | 811, 0x0005, 0x2003, 0x6000 | 800, 0x2804];
    expect(read(evt3, file(...words)).events).toEqual(['4907 3 5 0', '4896 4 5 1']);
  });

  it('begins at 0 of the lower bits when TIME_HIGH changes, and only then', () => {
    const words = [0x8001, 0x6005, 0x0000, 0x2000, 0x8001, 0x2000, 0x8002, 0x2000];
    const times = read(evt3, file(...words)).events.map((event) => Number(event.split(' ')[0]));
    expect(times).toEqual([4101, 4101, 8192]);
  });

  it('goes on from vector to vector, word by word, and drops what is beyond the width', () => {
    const words = [0x8000, 0x0002, 0x3800 | 1260, 0x4801, 0x5003, 0x4001];
    expect(read(evt3, file(...words))).toMatchObject({
      events: [1260, 1271, 1272, 1273].map((x) => `0 ${x} 2 1`),
      skipped: { outside: 1 },
    });
  });

  it('counts events without time or row', () => {
    const words = [0x2001, 0x8000, 0x2001, 0x4003, 0x02d0, 0x2001, 0x0001, 0x2001, 0xa000, 0x9000];
    expect(read(evt3, file(...words))).toMatchObject({
      events: ['0 1 1 0'],
      skipped: { beforeTime: 1, beforeRow: 3, outside: 1, triggers: 1, unknownWords: 1 },
    });
  });

  it('writes vectors as cameras do, and both ends of the counter where it begins anew', () => {
    const space = pixels(64, 4);
    const row = Array.from({ length: 5 }, (_, i) => 2 * (3 + i * 7) + 1);
    const written = evt3.encoder!().push(aerPacket(new Array(5).fill(4096), row, space));
    const words = new Uint16Array(written.slice(written.lastIndexOf(10) + 1).buffer);
    expect(Array.from(words, (word) => word.toString(16))).toEqual([
      ...['8001', '6000', '0', '3803', '4081', '4204', '5010'],
    ]);
    const wrap = evt3.encoder!();
    wrap.push(aerPacket([2 ** 24 - 9000], [0], space));
    const after = wrap.push(aerPacket([2 ** 24 + 4096], [0], space));
    expect(Array.from(new Uint16Array(after.slice().buffer), (word) => word.toString(16))).toEqual([
      ...['8fff', '8000', '8001', '6000', '2000'],
    ]);
  });

  it('writes times that step back, if they do not step over the end of the counter', () => {
    const space = pixels(4, 4);
    const packet = (...timestamps: number[]) => ({
      ...{ timestamps: Float64Array.from(timestamps), space, until: 9000 },
      addresses: new Uint32Array(timestamps.length),
    });
    const given = evt3.encoder!().push(packet(8200, 8195, 8190));
    expect(read(evt3, given).events.map((event) => Number(event.split(' ')[0]))).toEqual([
      ...[8200, 8195, 8190],
    ]);
    const encoder = evt3.encoder!();
    expect(() => encoder.push(packet(1, 2 ** 24 + 1, 2 ** 24 - 1))).toThrow(/sort the events/);
  });
});
