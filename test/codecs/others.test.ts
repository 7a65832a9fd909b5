import {
  aedat2,
  aedat31,
  type Codec,
  decodeBytes,
  dynapseNeuron,
  dynapseWord,
  es,
  nmnist,
  spif,
} from 'spikeline/codecs';
import { aerPacket, channels, pixels } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { read } from '#test/codecs/property';

/** Writes an event soon after the counter of 32 bits begins anew, and then one from before that. */
const lateBy = ({ encoder }: Codec, late: number): Uint8Array => {
  const [first, second] = [2 ** 32 - 5, 2 ** 32 + 5];
  const timestamps = Float64Array.of(first, second, second - late);
  return encoder!({}).push({
    ...aerPacket([first, second, second], [0, 0, 0], pixels(346, 260)),
    timestamps,
  });
};

const bytes = (...parts: (string | readonly number[])[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1'))));

describe('Event Stream', () => {
  const header = (type: number): readonly number[] => [2, 0, 0, type, 4, 0, 3, 0];

  it('of DVS says long pauses byte by byte, and passes padding over', () => {
    const given = bytes('Event Stream', header(1), [0xff, 0xff, 0xfe, 7, 3, 0, 2, 0]);
    expect(read(es, given)).toMatchObject({ events: ['257 3 2 1'], header: { variant: 'dvs' } });
  });

  it('of ATIS has pauses of up to three steps in a byte, and exposures', () => {
    const given = bytes('Event Stream', header(2), [0xff, 0xfd, 0b1010, 1, 0, 1, 0, 1, 1, 0, 1, 0]);
    expect(read(es, given)).toMatchObject({
      events: ['254 1 1 1'],
      skipped: { exposures: 1 },
    });
  });

  it('of colours gives no polarity', () => {
    const given = bytes('Event Stream', header(4), [0xff, 5, 1, 0, 2, 0, 9, 9, 9]);
    expect(read(es, given).events).toEqual(['259 1 2 0']);
  });

  it('of anything has payloads of any length, which are passed over', () => {
    const long = [0xff, 1, (200 % 128) * 2 + 1, (200 >> 7) * 2, ...new Array(200).fill(0xff)];
    const given = bytes('Event Stream', [2, 0, 0, 0], [3, 0, 0xfe], long, [0, 4, 7]);
    expect(read(es, given)).toMatchObject({
      events: ['3 0 0 0', '258 0 0 0'],
      skipped: { cutOffBytes: 1 },
    });
  });

  it('is refused with the place that is wrong', () => {
    expect(() => read(es, bytes('Event Straem'))).toThrow('byte 9 is not of its signature');
    expect(() => read(es, bytes('Event Stream', [1, 0, 0, 1, 0]))).toThrow('version 1.0.0');
    expect(() => read(es, bytes('Event Stream', [2, 0, 0, 3, 0]))).toThrow('byte 15 gives 3');
    expect(() => read(es, bytes('Event Stream', [2]))).toThrow('ends in its header');
  });

  it('says why it cannot write', () => {
    const space = pixels(4, 4);
    const encoder = es.encoder!({ origin: 5 });
    expect(() => encoder.push(aerPacket([4], [0], space))).toThrow(/before the origin/);
    expect(() => encoder.push(aerPacket([2 ** 40], [0], space))).toThrow(/too long a pause/);
    expect(() => encoder.push(aerPacket([7], [0], channels(4)))).toThrow(
      /this format holds pixels/,
    );
    expect(() => es.encoder!({ kind: 'generic' }).push(aerPacket([4], [0], space))).toThrow(
      /pixels\(1, 1\)/,
    );
  });
});

describe('40-bit events', () => {
  it('add 2^13 µs to all times after a record of row 240', () => {
    const given = bytes([1, 2, 0x80, 1, 0], [0, 240, 0, 0, 0], [3, 4, 0, 1, 0], [9]);
    expect(read(nmnist, given)).toMatchObject({
      events: ['256 1 2 1', '8448 3 4 0'],
      skipped: { cutOffBytes: 1 },
    });
  });
});

describe('SPIF words', () => {
  const words = (...list: number[]): Uint8Array => new Uint8Array(Uint32Array.from(list).buffer);

  it('are pixels with the time of the word after them', () => {
    expect(read(spif, words((5 << 16) | 0x8000 | 6, 100, 7, 3)).events).toEqual([
      ...['100 5 6 1', '3 0 7 0'],
    ]);
  });

  it('or have the time that it is', () => {
    const given = words(0x8000_0000 + (5 << 16), 0x8000_8001);
    expect(read(spif, given, { now: () => 42 }).events).toEqual(['42 5 0 0', '42 0 1 1']);
    const written = spif.encoder!({ timestamps: false }).push(aerPacket([9], [5], pixels(4, 4)));
    expect([...new Uint32Array(written.slice().buffer)]).toEqual([0x8002_8000]);
  });

  it('continue the counter also when a late event follows', () => {
    const given = words(...[2 ** 32 - 5, 3, 2 ** 32 - 1, 4, 2].flatMap((time) => [1, time]));
    const times = read(spif, given).events.map((event) => Number(event.split(' ')[0]) - 2 ** 32);
    expect(times).toEqual([-5, 3, -1, 4, 2]);
    expect(() => lateBy(spif, 2 ** 20)).toThrow(/late where they begin anew/);
    expect(lateBy(spif, 2 ** 20 - 1)).toHaveLength(24);
  });
});

describe('AEDAT 2.0', () => {
  const record = (address: number, time: number): readonly number[] =>
    [24, 16, 8, 0]
      .map((s) => (address >>> s) & 255)
      .concat([24, 16, 8, 0].map((s) => (time >>> s) & 255));
  const head = (chip: string): string => `#!AER-DAT2.0\r\n# AEChip: a.b.${chip}\r\n`;

  it('of DVS128 is ON where the lowest bit is clear', () => {
    const given = bytes(
      head('DVS128'),
      record((5 << 8) | (6 << 1), 7),
      record(1, 8),
      record(0x8000, 9),
    );
    expect(read(aedat2, given)).toMatchObject({
      events: ['7 6 5 1', '8 0 0 0'],
      skipped: { special: 1 },
      header: { width: 128, height: 128, variant: 'dvs128' },
    });
  });

  it('of DAVIS tells pixels from frames, motion and special events', () => {
    const pixel = (5 << 22) | (6 << 12) | (1 << 11);
    const given = bytes(
      ...[head('DAVIS240C'), record(pixel, 7), record(0x8000_0000, 8), record(0x8000_0800, 8)],
      ...[record(0x400, 9), record(pixel, 0xffff_ffff), record(pixel, 2)],
    );
    expect(read(aedat2, given)).toMatchObject({
      events: ['7 6 5 1', '4294967295 6 5 1', '4294967298 6 5 1'],
      skipped: { aps: 1, imu: 1, special: 1 },
      header: { width: 240, height: 180 },
    });
  });

  it('continues the counter also when a late event follows', () => {
    const given = bytes(
      head('DAVIS240C'),
      ...[2 ** 32 - 5, 3, 2 ** 32 - 1, 4, 2].map((time) => record(5 << 22, time)),
    );
    const times = read(aedat2, given).events.map((event) => Number(event.split(' ')[0]) - 2 ** 32);
    expect(times).toEqual([-5, 3, -1, 4, 2]);
    expect(() => lateBy(aedat2, 2 ** 20)).toThrow(/late where they begin anew/);
    const written = lateBy(aedat2, 2 ** 20 - 1);
    expect(read(aedat2, written).events.at(-1)).toBe(`${2 ** 32 + 6 - 2 ** 20} 0 0 0`);
  });

  it.each([
    ['aedat2', '#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit'],
    ['aedat31', '#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DAVIS346, and a text that is longer'],
    ['dat', '% Version 2\n% Width 304 and a text that is longer than a record'],
    ['evt2', '% evt 2.0\n% a text that is longer than many words of a payload'],
    ['evt21', '% evt 2.1\n% a text that is longer than many words of a payload'],
    ['evt3', '% evt 3.0\n% a text that is longer than many words of a payload'],
  ])(
    'and other headers, as that of %s, have no events in a line that is cut off',
    (format, text) => {
      const { header, packets, skipped } = decodeBytes(bytes(text));
      expect([header.format, packets]).toEqual([format, []]);
      expect(skipped).toEqual({ cutOffBytes: text.length - text.lastIndexOf('\n') - 1 });
    },
  );

  it('goes by the first record without the name of a chip, or as told', () => {
    const bare = '#!AER-DAT2.0\r\n';
    expect(read(aedat2, bytes(bare, record(3 << 8, 1))).header.variant).toBe('dvs128');
    expect(read(aedat2, bytes(bare, record(3 << 22, 1))).header.variant).toBe('davis');
    const tmpdiff = bytes(head('Tmpdiff128'), record(3 << 8, 1));
    expect(read(aedat2, tmpdiff).header).toMatchObject({ variant: 'dvs128', width: 128 });
    const small = bytes(head('DAVIS128'), record(3 << 22, 1));
    expect(read(aedat2, small).header).toMatchObject({ variant: 'davis', width: 128 });
    const told = { map: 'davis', width: 346, height: 260 };
    expect(read(aedat2, bytes(bare, record(3 << 8, 1)), told).header).toMatchObject({ width: 346 });
  });
});

describe('AEDAT 3.1', () => {
  const head = '#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 2: DVS128\r\n#!END-HEADER\r\n';
  const packet = (
    type: number,
    fields: readonly number[],
    ...words: number[]
  ): readonly number[] => {
    const [source = 2, size = 8, timeAt = 4, overflow = 0, capacity = 1, events = capacity] =
      fields;
    const list = [
      type | (source << 16),
      size,
      timeAt,
      overflow,
      capacity,
      events,
      events,
      ...words,
    ];
    return [...new Uint8Array(Int32Array.from(list).buffer)];
  };
  const pixel = (6 << 17) | (5 << 2) | 3;

  it('adds the overflow, passes the rest of the capacity over, and counts invalid events', () => {
    const given = bytes(
      head,
      packet(1, [2, 8, 4, 1, 3, 2], pixel, 7, pixel & ~1, 8, 1, 2),
      packet(1, [], pixel, 9),
    );
    expect(read(aedat31, given)).toMatchObject({
      events: [`${2 ** 31 + 7} 6 5 1`, '9 6 5 1'],
      skipped: { invalid: 1 },
      header: { width: 128, height: 128, variant: '3.1' },
    });
  });

  it('reads one kind of events of one source, and counts all others', () => {
    const given = bytes(
      ...[head, packet(0, [], 1, 2), packet(1, [], pixel, 9), packet(1, [3], pixel, 9)],
      ...[packet(12, [], 3, 4), packet(99, [2, 4], 1)],
    );
    expect(read(aedat31, given)).toMatchObject({
      events: ['9 6 5 1'],
      skipped: { special: 1, otherSources: 1, spikes: 1, unknownEvents: 1 },
    });
    const decoder = aedat31.decoder({ events: 'spikes' });
    expect([...decoder.push(given)[0]!.addresses]).toEqual([1]);
  });

  it('does not choose by packets without events', () => {
    const given = bytes(head, packet(1, [3, 8, 4, 0, 0]), packet(1, [], pixel, 9));
    expect(read(aedat31, given)).toMatchObject({ events: ['9 6 5 1'], header: { width: 128 } });
    const nothing = bytes(head, packet(12, [3, 8, 4, 0, 0]), packet(1, [2, 8, 4, 0, 0]));
    expect(read(aedat31, nothing)).toMatchObject({ events: [], skipped: {} });
    expect(read(aedat31, nothing, { events: 'polarity' }).header).toMatchObject({ width: 128 });
  });

  it.each([
    ['DAVISRGB', 640, 480],
    ['DAVIS346CBLUE', 346, 260],
    ['File,dvsSizeX=77,dvsSizeY=55', 77, 55],
    ['Processor,dvsSizeY=55,apsSizeX=1,dvsSizeX=77', 77, 55],
  ])('has the pixels of its source, %s', (source, width, height) => {
    const given = bytes(head.replace('DVS128', source), packet(1, [], pixel, 9));
    expect(read(aedat31, given).header).toMatchObject({ width, height });
  });

  it('refuses what is compressed or damaged, with its place', () => {
    const at = head.length;
    const bad =
      (...fields: number[]) =>
      () =>
        read(aedat31, bytes(head, packet(1, fields)));
    expect(() => read(aedat31, bytes(head, packet(0x8001, [])))).toThrow(
      `the packet at byte ${at} is compressed`,
    );
    expect(bad(2, 0)).toThrow(`the packet at byte ${at} has 1 events of 0 bytes`);
    expect(bad(2, 8, 4, 0, 1, 2)).toThrow(/2 events of 8 bytes in room for 1/);
    // Of more overflows, times are no longer whole.
    expect(bad(2, 8, 4, 2 ** 22)).toThrow(/overflow 4194304/);
    const last = read(aedat31, bytes(head, packet(1, [2, 8, 4, 2 ** 22 - 1], pixel, 2 ** 31 - 1)));
    expect(last.events).toEqual([`${Number.MAX_SAFE_INTEGER} 6 5 1`]);
    expect(bad(2, 8, 6)).toThrow(/a time at 6/);
    expect(bad(2, 4)).toThrow(/events of 4 bytes/);
    expect(() => read(aedat31, bytes('#!AER-DAT4\r\n#!END-HEADER\r\n'))).toThrow(/no AEDAT 3.1/);
  });

  it('refuses to write what is neither pixels nor spikes', () => {
    const packets = [aerPacket([1], [0], channels(4)), aerPacket([-1], [0], pixels(2, 2))];
    for (const given of packets) expect(() => aedat31.encoder!().push(given)).toThrow(/AEDAT 3.1/);
  });

  it('packs neurons of DYNAP-SE, chip and core below the neuron', () => {
    const neuron = { chip: 63, core: 31, neuron: 2 ** 20 - 1 };
    expect(dynapseNeuron(dynapseWord(neuron))).toEqual(neuron);
    expect(() => dynapseWord({ ...neuron, chip: 64 })).toThrow(/from 0 to 63/);
    expect(() => dynapseNeuron(2 ** 31)).toThrow(/no spike/);
  });
});
