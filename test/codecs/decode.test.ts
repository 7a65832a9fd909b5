import {
  anyDecoder,
  codecNamed,
  codecs,
  decodeBytes,
  recycleBytes,
  recyclePacket,
} from 'spikeline/codecs';
import { type AerPacket, aerPacket, pixelBits, pixels } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { maxEvents } from '#src/codecs/loops';
import { packetRoom } from '#src/codecs/packet-room';

await codecNamed('aedat4').ready?.();

const packet = aerPacket([10, 20], [0, 1], pixels(2, 2));
const unknown = Uint8Array.from({ length: 70_000 }, (_, i) => i * 37);
const bytes = codecNamed('dat').encoder!().push(packet);

describe('bytes whose format is not named', () => {
  it('are read by what is in them', () => {
    const { header, packets, skipped } = decodeBytes(bytes);
    expect(header).toMatchObject({ format: 'dat', width: 2, height: 2 });
    expect(packets).toEqual([packet]);
    expect(skipped).toEqual({});
  });

  it('are refused if no format knows them, with the names of all', () => {
    const junk = Uint8Array.of(1, 2, 3);
    expect(() => decodeBytes(junk)).toThrow(/no format that is known \(.*dat.*\)/);
    expect(() => anyDecoder().push(unknown)).toThrow(/no format/);
  });

  it.each([
    [[0x1f, 0x8b, 8, 0], 'this is a gzip file; unpack it first'],
    [[0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10], 'this is an HDF5 file; save its events as CSV'],
    ['#ROSBAG V2.0\n', 'this is a bag of ROS; save its events'],
    ['#!AER-DAT5.0\r\n', 'this is AEDAT 5.0; 2.0, 3.0, 3.1 and 4.0 can be read'],
    ['% evt 4.0\n% end\n', 'this is EVT of the version "4.0"; 2.0, 2.1 and 3.0 can be read'],
    ['% format EVT4;width=4\n', 'this is EVT of the version "EVT4;width=4"; 2.0'],
  ])('of programs that are often taken for events are named: %j', (given, why) => {
    const head =
      typeof given === 'string' ? new TextEncoder().encode(given) : Uint8Array.from(given);
    const rest = Uint8Array.from({ length: 500 }, (_, i) => (i * 37 + 11) % 251);
    for (const bytes of [head, Uint8Array.of(...head, ...rest)]) {
      expect(() => decodeBytes(bytes)).toThrow(why);
    }
  });

  it('may come one by one', () => {
    expect(decodeBytes(Array.from(bytes, (byte) => Uint8Array.of(byte))).packets.length).toBe(2);
  });
});

describe('a decoder', () => {
  it('says again what broke it', () => {
    const decoder = anyDecoder();
    expect(() => decoder.push(unknown)).toThrow(/no format/);
    expect(() => decoder.push(bytes)).toThrow(/no format/);
  });

  it('takes nothing after its end, and only bytes', () => {
    const decoder = anyDecoder({ format: 'dat' });
    expect(() => decoder.push([1] as unknown as Uint8Array)).toThrow(/Uint8Array/);
    decoder.end();
    expect(() => decoder.push(bytes)).toThrow(/ended/);
  });
});

/**
 * At least `count` events as a file of EVT3 has them (Prophesee, EVT 3.0 format): a time, a row, and from a first column on
 * vectors of 12 pixels and one of 8.
 */
function vectors(count: number) {
  const { yShift } = pixelBits(pixels(1280, 720));
  const [times, words, file]: [number[], number[], number[]] = [[], [], []];
  let state = 1;
  const chance = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state >>> 16;
  };
  for (let row = 0; times.length < count; row++) {
    const [time, y, first, polarity] = [row % 4096, row % 720, chance() % 1200, chance() & 1];
    if (time === 0) file.push(0x8000 | (row >> 12));
    file.push(0x6000 | time, y, 0x3000 | (polarity << 11) | first);
    let column = first;
    for (const [type, width] of [[4, 12] as const, [4, 12] as const, [5, 8] as const]) {
      const mask = (chance() | chance()) & (2 ** width - 1);
      file.push((type << 12) | mask);
      for (let i = 0; i < width; i++) {
        if (((mask >> i) & 1) === 0) continue;
        times.push(row);
        words.push((y << yShift) | ((column + i) << 1) | polarity);
      }
      column += width;
    }
  }
  const head = new TextEncoder().encode('% evt 3.0\n% geometry 1280x720\n% end\n');
  const body = new Uint8Array(Uint16Array.from(file).buffer);
  return {
    file: Uint8Array.from([...head, ...body]),
    times: Float64Array.from(times),
    words: Uint32Array.from(words),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

describe('a packet that is given back', () => {
  const space = pixels(64, 64);
  const timestamps = Float64Array.from({ length: 20_000 }, (_, i) => i);
  const addresses = Uint32Array.from(timestamps, (i) => i % 8192);
  const given = codecNamed('dat').encoder!().push({ timestamps, addresses, space, until: 19_999 });

  const read = (): readonly AerPacket[] => codecNamed('dat').decoder().push(given);
  const expectWhole = (packets: readonly AerPacket[]): void => {
    expect(packets.flatMap((one) => [...one.timestamps])).toEqual([...timestamps]);
    expect(packets.flatMap((one) => [...one.addresses])).toEqual([...addresses]);
  };
  const sameArrays = (one: AerPacket, other: AerPacket): boolean =>
    one.timestamps.buffer === other.timestamps.buffer &&
    one.timestamps.byteOffset === other.timestamps.byteOffset;

  it('lends its arrays to a later one, once; all others stay as they are', () => {
    // Later ones stay where they were laid down.
    for (const one of [read(), read()].flat()) recyclePacket(one);
    const [first, kept] = read();
    const before = Float64Array.from(kept!.timestamps);
    recyclePacket(first!);
    recyclePacket(first!);
    const later = [read(), read()];
    later.forEach(expectWhole);
    expect(later.flat().filter((one) => sameArrays(one, first!)).length).toBe(1);
    expect(later.flat().some((one) => sameArrays(one, kept!))).toBe(false);
    expect(kept!.timestamps).toEqual(before);
  });

  it('is not missed: others are made when all that came back are out', () => {
    const kept: AerPacket[][] = [];
    for (let i = 0; i < 20; i++) {
      for (const one of read()) recyclePacket(one);
      kept.push([...read()]);
    }
    kept.forEach(expectWhole);
    for (const one of kept.flat()) recyclePacket(one);
    const again = Array.from({ length: 20 }, read);
    again.forEach(expectWhole);
  });

  it('has no room for more events than it had, but those have some of their own', () => {
    const room = packetRoom(space);
    const packetOf = (count: number): AerPacket => {
      for (let i = 0; i < count; i++) [room.timestamps[i], room.addresses[i]] = [i, count];
      room.count = count;
      room.flush();
      return room.take()[0]!;
    };
    const short = Array.from({ length: 40 }, () => packetOf(maxEvents));
    for (const one of short) recyclePacket(one);
    const long = Array.from({ length: 40 }, (_, i) => packetOf(maxEvents + i));
    for (const [i, one] of long.entries()) {
      const count = maxEvents + i;
      expect([one.timestamps.length, one.timestamps[count - 1]]).toEqual([count, count - 1]);
      expect(one.addresses.every((word) => word === count)).toBe(true);
    }
  });

  it('takes vectors of EVT3, which make packets of more events than those of other formats', () => {
    const { file, times, words } = vectors(400_000);
    const decoded = (): readonly AerPacket[] => codecNamed('evt3').decoder().push(file);
    // As many as are laid down in memory that is there, and then some that were copied.
    for (const one of Array.from({ length: 40 }, read).flat()) recyclePacket(one);
    for (let round = 0; round < 3; round++) {
      const packets = decoded();
      expect(packets.length).toBeGreaterThan(40);
      expect(packets.some((one) => one.timestamps.length > maxEvents)).toBe(true);
      let at = 0;
      for (const { timestamps, addresses } of packets) {
        const end = at + timestamps.length;
        expect(Buffer.compare(bytesOf(timestamps), bytesOf(times.slice(at, end)))).toBe(0);
        expect(Buffer.compare(bytesOf(addresses), bytesOf(words.slice(at, end)))).toBe(0);
        at = end;
      }
      expect(at).toBe(times.length);
      for (const one of packets) recyclePacket(one);
    }
  });

  it('stays as it is while others are written and read', () => {
    for (const one of read()) recyclePacket(one);
    const held = read();
    const names = ['dat', 'evt2', 'evt3', 'es', 'csv', 'aedat4', 'aedat31', 'npy'];
    for (const format of names) {
      const encoder = codecNamed(format).encoder!();
      const bytes = [encoder.push({ timestamps, addresses, space, until: 19_999 }), encoder.end()];
      const options = format === 'npy' ? { width: 64, height: 64 } : {};
      const { packets } = decodeBytes(bytes, { format, options });
      expectWhole(packets);
      for (const one of packets) recyclePacket(one);
    }
    expectWhole(held);
  });

  it('is left alone if no decoder made it', () => {
    recyclePacket(packet);
    recyclePacket(undefined as never);
    expect(packet.timestamps[1]).toBe(20);
  });
});

describe('bytes that are given back', () => {
  it('lend their room to later ones, once; all others stay as they are', () => {
    const encoder = codecNamed('dat').encoder!();
    const many = (from: number) => {
      const timestamps = Float64Array.from({ length: 20_000 }, (_, i) => from + i);
      return { timestamps, addresses: new Uint32Array(20_000), space: packet.space, until: from };
    };
    encoder.push(packet);
    const [first, kept] = [encoder.push(many(100)), encoder.push(many(30_000))];
    const before = Uint8Array.from(kept);
    recycleBytes(first);
    recycleBytes(first);
    recycleBytes(new Uint8Array(9));
    const [second, third] = [encoder.push(many(60_000)), encoder.push(many(90_000))];
    expect(second.buffer).toBe(first.buffer);
    expect(third.buffer).not.toBe(first.buffer);
    expect(kept).toEqual(before);
    expect(new Uint32Array(second.slice().buffer)[0]).toBe(60_000);
  });
});

describe('names of formats', () => {
  it('are found, and a wrong one gets the nearest', () => {
    for (const codec of codecs) expect(codecNamed(codec.name)).toBe(codec);
    expect(() => codecNamed('dot')).toThrow(/did you mean dat/);
  });
});
