import fc from 'fast-check';
import { aerPacket, channels, spikeRaster } from 'spikeline';
import { lossCounter, marks, series } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { cutItem, itemLength, itemStart, itemUntil, partItem, shiftItem } from '#src/events/items';
import { numberedReceiver, numberedSender } from '#src/events/numbered';
import type { StreamItem } from '#src/events/series';

const items: Record<string, StreamItem> = {
  events: aerPacket([1, 2, 2, 5, 9], [0, 1, 2, 0, 1], channels(3), 20),
  raster: spikeRaster({ channels: 2, dt: 1 / 3000, startTime: 333, counts: [1, 0, 0, 2, 3, 0] }),
  signals: { steps: 3, channels: 1, dt: 1e-3, startTime: 0, values: Float64Array.of(1, 2, 3) },
  series: series([0, 10, 20], [1, 2, 3, 4, 5, 6], 2, 30),
  marks: marks([5, 7], ['on', 'off'], 9),
};

describe.each(Object.entries(items))('%s', (_, item) => {
  it('are cut into pieces that say no more than is true, and moved in time', () => {
    const pieces = cutItem(item, 2);
    expect(pieces.map(itemLength).reduce((a, b) => a + b)).toBe(itemLength(item));
    expect(itemUntil(pieces.at(-1)!)).toBe(itemUntil(item));
    expect(itemStart(pieces[0]!)).toBe(itemStart(item));
    for (const [i, piece] of pieces.slice(1).entries()) {
      expect(itemStart(piece)).toBeGreaterThanOrEqual(itemUntil(pieces[i]!));
    }
    expect(itemUntil(shiftItem(item, 1000))).toBe(itemUntil(item) + 1000);
    expect(cutItem(item, 100)).toEqual([item]);
  });

  it('go through numbered messages', () => {
    const sender = numberedSender(512);
    const receiver = numberedReceiver(undefined, 0);
    const got = sender.messages(item).map(({ bytes }) => receiver.push(bytes));
    expect(got).toEqual([item]);
    expect(sender.sent).toBe(itemLength(item));
    receiver.push(sender.end());
    expect(receiver.ended).toBe(true);
  });
});

describe('parting', () => {
  const raster = spikeRaster({ channels: 1, dt: 1e-3, startTime: 5000, counts: [1, 2, 3] });
  const packet = aerPacket([5, 9, 9, 12], [0, 1, 2, 0], channels(3), 20);

  it.each([
    [5000, undefined, [1, 2, 3]],
    [5499, undefined, [1, 2, 3]],
    [5500, [1], [2, 3]],
    [7000, [1, 2], [3]],
    [7600, [1, 2, 3], undefined],
    [9000, [1, 2, 3], undefined],
    [-1, undefined, [1, 2, 3]],
  ])('a raster at %d µs goes by the nearest edge of bins', (time, first, second) => {
    const { before, after } = partItem(raster, time);
    const counts = (one: typeof before) => (one === undefined ? undefined : [...one.counts]);
    expect([counts(before), counts(after)]).toEqual([first, second]);
    if (before !== undefined && after !== undefined) {
      expect(itemUntil(before)).toBe(after.startTime);
    }
  });

  it('a packet loses nothing, and says no more than is true', () => {
    for (let time = 0; time < 22; time++) {
      const { before, after } = partItem(packet, time);
      const times = (one: typeof before) => [...(one?.timestamps ?? [])];
      expect([...times(before), ...times(after)]).toEqual([5, 9, 9, 12]);
      expect(times(before).every((each) => each < time)).toBe(true);
      expect(times(after).every((each) => each >= time)).toBe(true);
      expect(before?.until).toBe(Math.min(20, time));
      if (time < 20) expect(after?.until).toBe(20);
    }
  });
});

describe('numbered messages', () => {
  const long = aerPacket(
    Array.from({ length: 1000 }, (_, i) => i),
    Array.from({ length: 1000 }, (_, i) => i % 7),
    channels(7),
    2000,
  );

  it('let the receiver count every event that is lost, twice there, or comes too late', () => {
    const all = [...numberedSender(512).messages(long)];
    const places = fc.array(fc.integer({ min: 0, max: all.length - 1 }), { maxLength: 60 });
    fc.assert(
      fc.property(places, (order) => {
        const sender = numberedSender(512);
        const messages = sender.messages(long);
        const losses = lossCounter();
        const receiver = numberedReceiver(losses, 0);
        let received = 0;
        for (const i of order) {
          const item = receiver.push(messages[i]!.bytes);
          received += item === undefined ? 0 : itemLength(item);
        }
        receiver.push(sender.end());
        expect(received + (losses.byReason['lost'] ?? 0)).toBe(1000);
        const seen = order.filter((i, k) => i > Math.max(-1, ...order.slice(0, k)));
        expect(losses.byReason['outOfOrder'] ?? 0).toBe(order.length - seen.length);
      }),
    );
  });

  it('are at most as large as is allowed, unless a row alone is larger', () => {
    const sizes = numberedSender(700)
      .messages(long)
      .map(({ bytes }) => bytes.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(700);
    const wide = spikeRaster({ channels: 1000, dt: 1e-3, counts: { steps: 1 } });
    expect(() => numberedSender(700).messages(wide)).toThrow('a row of this stream alone takes');
    expect(() => numberedSender(1)).toThrow('maxBytes');
  });

  it('that are none are counted', () => {
    const losses = lossCounter();
    const receiver = numberedReceiver(losses);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        receiver.push(bytes);
      }),
    );
    expect(losses.byReason['unreadable']).toBe(100);
    expect(receiver.push(numberedSender(1400).messages(long)[0]!.bytes)).toBeDefined();
  });
});
