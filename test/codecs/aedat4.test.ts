import { aerPacket, DataError, pixels } from 'spikeline';
import { aedat4, decodeBytes, recycleBytes, recyclePacket } from 'spikeline/codecs';
import type { AerPacket } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { ioHeader, writeEventsHead } from '#src/codecs/aedat4/flatbuffer';
import { eventsInfo, streamInfos } from '#src/codecs/aedat4/info';
import { zstdSize } from '#src/codecs/zstd';
import { read } from '#test/codecs/property';
import { expectSame } from '#test/support/same';

await aedat4.ready!();

const packet = aerPacket(
  Float64Array.from({ length: 10_000 }, (_, i) => 1.6e15 + i * 3),
  Uint32Array.from({ length: 10_000 }, (_, i) => i % 4096),
  pixels(64, 32),
);

function written(compression: 'none' | 'lz4' | 'zstd' = 'lz4'): Uint8Array<ArrayBuffer> {
  const encoder = aedat4.encoder!({ compression });
  return Uint8Array.from(Buffer.concat([encoder.push(packet), encoder.end()]));
}

/** A file of uncompressed packets, each with its stream. */
function file(info: string, ...packets: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const parts = packets.map(([stream, payload]) => {
    const head = new DataView(new ArrayBuffer(8));
    head.setInt32(0, stream, true);
    head.setInt32(4, payload.length, true);
    return Buffer.concat([new Uint8Array(head.buffer), payload]);
  });
  const magic = new TextEncoder().encode('#!AER-DAT4.0\r\n');
  return Uint8Array.from(Buffer.concat([magic, ioHeader(0, info), ...parts]));
}

/** The payloads of the packets of an uncompressed file. */
function payloads(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const all: Uint8Array[] = [];
  for (let at = 18 + view.getUint32(14, true); at < bytes.length; ) {
    const size = view.getInt32(at + 4, true);
    all.push(bytes.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  return all;
}

/** A packet of one event each µs, of more events than others write. */
function longPayload(count: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(32 + 16 * count));
  writeEventsHead(view, 0, count);
  for (let i = 0; i < count; i++) {
    view.setBigInt64(32 + 16 * i, BigInt(i), true);
    view.setInt16(40 + 16 * i, i % 64, true);
  }
  return new Uint8Array(view.buffer);
}

const timesOf = (packets: readonly AerPacket[]): number[] =>
  packets.flatMap(({ timestamps }) => [...timestamps]);

describe('AEDAT4', () => {
  it.each(['none', 'lz4', 'zstd'] as const)('holds events as %s, and says so', (compression) => {
    const { header, packets, skipped } = decodeBytes(written(compression));
    expect(header).toMatchObject({ format: 'aedat4', variant: compression, width: 64, height: 32 });
    expect(header.fields).toMatchObject({ stream: '0', originalOutputName: 'events' });
    expect(timesOf(packets)).toEqual([...packet.timestamps]);
    expect(packets.flatMap(({ addresses }) => [...addresses])).toEqual([...packet.addresses]);
    expect(skipped).toEqual({});
  });

  it('is read up to the last whole packet, and says how much is cut off', () => {
    const bytes = written();
    const { packets, skipped } = decodeBytes(bytes.subarray(0, bytes.length - 5));
    expect(timesOf(packets)).toEqual([...packet.timestamps.subarray(0, 2 * 4092)]);
    const last = payloads(bytes).at(-1)!;
    expect(skipped).toEqual({ cutOffBytes: last.length + 8 - 5 });
    expect(() => decodeBytes(bytes.subarray(0, 100))).toThrow('end at byte 100, within the header');
  });

  it('counts a packet that is damaged, and reads the others', () => {
    const bytes = written();
    const [, second] = payloads(bytes);
    second!.fill(255, 20, 40);
    const { packets, skipped } = decodeBytes(bytes);
    const others = packet.timestamps.filter((_, i) => i < 4092 || i >= 2 * 4092);
    expect(timesOf(packets)).toEqual([...others]);
    expect(skipped).toEqual({ damagedPackets: 1 });
  });

  it('reads the lowest stream of events, or the one that is asked for', () => {
    const info = eventsInfo(64, 32, 'NONE');
    const second = eventsInfo(64, 32, 'NONE').replaceAll('"0"', '"7"');
    const body = (xml: string): string => xml.slice(xml.indexOf('<node name="'), -5);
    const nodes = [second, info].map((xml) =>
      body(xml).replace(/^<node[^>]*outInfo[^>]*>|<\/node>$/g, ''),
    );
    const both = `<dv version="2.0"><node name="outInfo">${nodes.join('')}</node></dv>`;
    const [a, b] = payloads(written('none'));
    const bytes = file(both, [7, b!], [0, a!], [9, a!]);
    expect(read(aedat4, bytes).events[0]).toBe('1600000000000000 0 0 0');
    expect(read(aedat4, bytes).skipped).toEqual({ otherStreams: 2 });
    expect(read(aedat4, bytes, { stream: 7 }).events.length).toBe(4092);
    expect(() => read(aedat4, bytes, { stream: 3 })).toThrow(
      'no events in stream 3; there are 7,0',
    );
  });

  it('takes the first stream with events if the header names none, as large as it may be', () => {
    const [payload] = payloads(written('none'));
    const { header, events } = read(aedat4, file('', [2, payload!]));
    expect(header.width).toBeUndefined();
    expect(header.space).toEqual(pixels(32_768, 32_768));
    expect(events[4091]).toBe('1600000000012273 61 31 1');
  });

  it('drops events beside the pixels, and times that are too large, and counts both', () => {
    const [payload] = payloads(written('none'));
    const view = new DataView(payload!.buffer, payload!.byteOffset, payload!.length);
    view.setInt16(32 + 8, 64, true);
    view.setInt16(48 + 10, -1, true);
    view.setBigInt64(64, 2n ** 60n, true);
    view.setBigInt64(80, -5n, true);
    view.setUint8(96 + 12, 255);
    const { events, skipped } = read(aedat4, file(eventsInfo(64, 32, 'NONE'), [0, payload!]));
    expect(skipped).toEqual({ outside: 2, invalid: 1 });
    expect(events.length).toBe(4089);
    expect(events.slice(0, 2)).toEqual(['-5 1 0 1', '1600000000000012 2 0 1']);
  });

  it('cuts a long packet, and drops one event of it alone', () => {
    const payload = longPayload(20_000);
    new DataView(payload.buffer).setInt16(40 + 16 * 9000, 64, true);
    const { packets, skipped } = decodeBytes(file(eventsInfo(64, 32, 'NONE'), [0, payload]));
    expect(skipped).toEqual({ outside: 1 });
    const all = Array.from({ length: 20_000 }, (_, i) => i);
    expect(timesOf(packets)).toEqual(all.filter((i) => i !== 9000));
    expect(packets.every(({ timestamps }) => timestamps.length <= 8192)).toBe(true);
  });

  it('lays events down in packets that were given back', () => {
    const bytes = written();
    const { packets: first } = decodeBytes(bytes);
    for (const one of first) recyclePacket(one);
    const { packets: second } = decodeBytes(bytes);
    const { buffer, byteOffset } = second[0]!.timestamps;
    recyclePacket(second[0]!);
    const { packets } = decodeBytes(bytes);
    const isAgain = ({ timestamps }: AerPacket): boolean =>
      timestamps.buffer === buffer && timestamps.byteOffset === byteOffset;
    expect(packets.filter(isAgain).length).toBe(1);
    expect(timesOf(packets)).toEqual([...packet.timestamps]);
  });

  it('writes to bytes that were given back', () => {
    const encoder = aedat4.encoder!({ compression: 'none' });
    const first = encoder.push(packet);
    const [second, rest] = [encoder.push(packet), encoder.end()];
    const all = Uint8Array.from(Buffer.concat([first, second, rest]));
    const again = aedat4.encoder!({ compression: 'none' });
    const begin = again.push(packet);
    recycleBytes(second);
    const later = again.push(packet);
    expect(later.buffer === second.buffer).toBe(true);
    expectSame(Uint8Array.from(Buffer.concat([begin, later, again.end()])), all);
  });

  it('reads a sound packet of ZSTD after a damaged one', () => {
    const bytes = written('zstd');
    payloads(bytes)[0]!.fill(7, 20);
    const { packets, skipped } = decodeBytes(bytes);
    expect(skipped).toEqual({ damagedPackets: 1 });
    expect(timesOf(packets)).toEqual([...packet.timestamps.subarray(4092)]);
  });

  it('refuses what claims too much', () => {
    const bytes = file(eventsInfo(64, 32, 'NONE'), [0, new Uint8Array(4)]);
    new DataView(bytes.buffer).setInt32(bytes.length - 8, 2 ** 30, true);
    expect(() => decodeBytes(bytes)).toThrow(/claims 1073741824 bytes; 16777216 are read at most/);
    new DataView(bytes.buffer).setInt32(bytes.length - 8, -1, true);
    expect(() => decodeBytes(bytes)).toThrow(DataError);
  });

  it('has no room for more than 32768 columns', () => {
    const wide = aerPacket([0], [0], pixels(40_000, 10));
    expect(() => aedat4.encoder!().push(wide)).toThrow('no room for 40000×10 pixels');
  });
});

describe('the XML of a header', () => {
  it('may be anything', () => {
    expect(streamInfos('').size).toBe(0);
    expect(streamInfos('<node name="1"><attr key="a">&lt;b&amp;</attr></node>').get(1)).toEqual({
      type: '',
      width: undefined,
      height: undefined,
      fields: { a: '<b&' },
    });
    expect(streamInfos(`<node ${'name="'.repeat(500_000)}`).size).toBe(0);
    expect(streamInfos('<node name="1">'.repeat(5000)).size).toBe(0);
  });
});

describe('zstdSize', () => {
  it('reads the size of a frame in each of its forms', () => {
    const frame = (...bytes: number[]): Uint8Array =>
      Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, ...bytes, ...new Array(16).fill(0));
    expect(zstdSize(frame(0x20, 7))).toBe(7);
    expect(zstdSize(frame(0x60, 1, 1))).toBe(513);
    expect(zstdSize(frame(0xa0, 1, 0, 1, 0))).toBe(65_537);
    expect(zstdSize(frame(0xe0, 1, 0, 0, 0, 1))).toBe(2 ** 32 + 1);
    expect(zstdSize(frame(0x00, 0x58))).toBeUndefined();
    expect(zstdSize(Uint8Array.of(1, 2))).toBeUndefined();
  });
});
