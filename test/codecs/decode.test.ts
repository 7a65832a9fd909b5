import { anyDecoder, codecNamed, codecs, decodeBytes } from 'spikeline/codecs';
import { aerPacket, pixels } from 'spikeline/events';
import { describe, expect, it } from 'vitest';

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

describe('names of formats', () => {
  it('are found, and a wrong one gets the nearest', () => {
    for (const codec of codecs) expect(codecNamed(codec.name)).toBe(codec);
    expect(() => codecNamed('dot')).toThrow(/did you mean dat/);
  });
});
