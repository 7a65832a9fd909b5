import { createHash } from 'node:crypto';
import { eventDigest } from 'spikeline/codecs';
import { aerPacket, channels, chipWords, packPixel, pixels } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#src/codecs/sha256';

describe('sha256', () => {
  it('agrees with another implementation at every length around a block, in any cut', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i * 7);
    for (let length = 0; length < bytes.length; length += 1 + (length % 3)) {
      const hash = sha256();
      const cut = Math.floor(length / 3);
      hash.add(bytes.subarray(0, cut));
      hash.add(bytes.subarray(cut, length));
      const theirs = createHash('sha256').update(bytes.subarray(0, length)).digest('hex');
      expect(hash.hex()).toBe(theirs);
    }
  });
});

describe('the digest of events', () => {
  it('runs over 13 bytes for each: u64 time, u16 x, u16 y, u8 polarity', () => {
    const space = pixels(1280, 720);
    const pixel = { x: 1279, y: 719, polarity: 1 };
    const time = 1_589_163_147_678_802;
    const record = Buffer.alloc(13);
    record.writeBigUInt64LE(BigInt(time), 0);
    record.writeUInt16LE(1279, 8);
    record.writeUInt16LE(719, 10);
    record[12] = 1;
    const digest = eventDigest();
    digest.add(aerPacket([time], [packPixel(space, pixel)], space));
    expect(digest.summary()).toEqual({
      events: 1,
      onEvents: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      digest: createHash('sha256').update(record).digest('hex'),
    });
  });

  it('is that of nothing without events', () => {
    const { digest, ...rest } = eventDigest().summary();
    expect(digest.slice(0, 8)).toBe('e3b0c442');
    expect(rest).toEqual({
      events: 0,
      onEvents: 0,
      firstTimestamp: null,
      lastTimestamp: null,
    });
  });

  it('takes channels as x, and spikes of DYNAP-SE as neuron, chip and core', () => {
    const record = (x: number, y: number): string =>
      createHash('sha256')
        .update(Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0, x, 0, y, 0, 1))
        .digest('hex');
    const channel = eventDigest();
    channel.add(aerPacket([5], [7], channels(9)));
    expect(channel.summary().digest).toBe(record(7, 0));
    const spike = eventDigest();
    spike.add(aerPacket([5], [(200 << 11) | (3 << 5) | 2], chipWords('dynapse')));
    expect(spike.summary().digest).toBe(record(200, 98));
  });
});
