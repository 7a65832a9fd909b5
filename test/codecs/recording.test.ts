import fc from 'fast-check';
import {
  aerPacket,
  channels,
  DataError,
  InvalidArgumentError,
  pixels,
  spikeRaster,
} from 'spikeline';
import {
  decodeBytes,
  openRecording,
  type RecordedItem,
  type RecordedStreamConfig,
  type RecordingEncoderConfig,
  recordingDecoder,
  recordingEncoder,
  spk,
} from 'spikeline/codecs';
import { marks, series } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { headBytes } from '#src/codecs/recording/chunk';

const streams: readonly RecordedStreamConfig[] = [
  { name: 'camera', kind: 'events', clock: { name: 'camera', unit: 1e-6, offset: -250 } },
  { name: 'output', kind: 'raster' },
  { name: 'imem', kind: 'signals' },
  { name: 'angle', kind: 'series' },
  { name: 'notes', kind: 'marks' },
  { name: 'lost', kind: 'losses' },
];

/** Items of all kinds at a time. */
function itemsAt(time: number): RecordedItem[] {
  const grid = { channels: 2, dt: 1e-3, startTime: time };
  return [
    { stream: 'camera', item: aerPacket([time, time, time + 9], [3, 1, 2], pixels(4, 4)) },
    { stream: 'output', item: spikeRaster({ ...grid, counts: [time % 5, 0, 1, 2] }) },
    { stream: 'imem', item: { ...grid, steps: 2, values: Float64Array.of(0.5, time, -1, 1e-9) } },
    { stream: 'angle', item: series([time, time + 1], [time, 0.5, -1, 2], 2) },
    { stream: 'notes', item: marks([time + 3], [`trial ${time} µ`]) },
    { stream: 'lost', item: { time: time + 4, byReason: { late: time } } },
  ];
}

function written(items: readonly RecordedItem[], config: RecordingEncoderConfig = { streams }) {
  const encoder = recordingEncoder(config);
  return joined([...items.map((item) => encoder.push(item)), encoder.end()]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

function decoded(bytes: Uint8Array, cuts: readonly number[] = []) {
  const decoder = recordingDecoder();
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  const items = edges.slice(1).flatMap((to, i) => decoder.push(bytes.slice(edges[i]!, to)));
  items.push(...decoder.end());
  return { items, skipped: decoder.skipped, decoder };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

async function all<T>(items: AsyncGenerator<T, void>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const open = (bytes: Uint8Array) =>
  openRecording(async (offset, length) => bytes.slice(offset, offset + length), bytes.length);

const some = [0, 1000, 2000, 3000].flatMap(itemsAt);

/** In the order of chunks, which gather the items of a stream, items of one stream keep theirs. */
function byStream(items: readonly RecordedItem[]): Record<string, unknown[]> {
  const sorted: Record<string, unknown[]> = {};
  for (const { stream, item } of items) {
    sorted[stream] = [...(sorted[stream] ?? []), item];
  }
  return sorted;
}

describe('a recording', () => {
  it('gives back all items of all kinds, with streams, clocks and what was said about it', () => {
    const config = { streams, about: { seed: 7, weights: Float32Array.of(1, 2) } };
    const { items, skipped, decoder } = decoded(written(some, config));
    expect(byStream(items)).toEqual(byStream(some));
    expect(skipped).toEqual({});
    expect(decoder.about).toEqual(config.about);
    expect(decoder.streams.get('camera')).toEqual(streams[0]);
    expect(decoder.streams.get('output')?.clock).toEqual({ name: 'host', unit: 1e-6, offset: 0 });
  });

  it('gives the same wherever its bytes are cut', () => {
    const bytes = written(some);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
        expect(decoded(bytes, cuts).items).toEqual(decoded(bytes).items);
      }),
      { numRuns: 20 },
    );
  });

  it('cuts long items into parts that together are the item', () => {
    const times = Float64Array.from({ length: 150_000 }, (_, i) => i * 2);
    const long = aerPacket(times, new Uint32Array(times.length), channels(1), 400_000);
    const raster = spikeRaster({
      channels: 3,
      dt: 1 / 3000,
      counts: Uint32Array.from({ length: 300_000 }, (_, i) => i),
    });
    const bytes = written([
      { stream: 'camera', item: long },
      { stream: 'output', item: raster },
    ]);
    const { items } = decoded(bytes);
    const packets = items.flatMap(({ item }) => ('addresses' in item ? [item] : []));
    expect(
      Buffer.concat(packets.map(({ timestamps }) => bytesOf(timestamps))).equals(bytesOf(times)),
    ).toBe(true);
    expect(packets.at(-1)!.until).toBe(400_000);
    const rasters = items.flatMap(({ item }) => ('counts' in item ? [item] : []));
    expect(rasters.length).toBeGreaterThan(1);
    const joint = Buffer.concat(rasters.map(({ counts }) => bytesOf(counts)));
    expect(joint.equals(bytesOf(raster.counts))).toBe(true);
  });

  it('holds back little, and nothing once it is flushed', () => {
    const encoder = recordingEncoder({ streams, chunkBytes: 1000 });
    const parts = some.map((item) => encoder.push(item));
    expect(encoder.waiting).toBeLessThan(6 * 1000);
    parts.push(encoder.flush());
    expect(encoder.waiting).toBe(0);
    // Killed here: no index, no end.
    const { items, skipped } = decoded(joined([recordingEncoder({ streams }).flush(), ...parts]));
    expect(byStream(items)).toEqual(byStream(some));
    expect(skipped).toEqual({});
  });

  it('is read up to the last whole chunk wherever it was torn off', async () => {
    const bytes = written(some, { streams, chunkBytes: 0 });
    const every = decoded(bytes).items;
    for (let length = 600; length < bytes.length; length += 97) {
      const torn = bytes.slice(0, length);
      const { items, skipped } = decoded(torn);
      expect(items).toEqual(every.slice(0, items.length));
      const reader = await open(torn);
      expect(reader.resume.offset + (reader.skipped['cutOffBytes'] ?? 0)).toBe(length);
      expect(skipped['cutOffBytes'] ?? 0).toBe(reader.skipped['cutOffBytes'] ?? 0);
      expect(await all(reader.items())).toEqual(items);
    }
  });

  it('is read around what is damaged, which is counted', async () => {
    const bytes = written(some, { streams, chunkBytes: 0 });
    const every = decoded(bytes).items;
    for (const at of [900, 1700]) {
      const hurt = bytes.slice();
      hurt.set([hurt[at]! ^ 1], at);
      const { items, skipped } = decoded(hurt);
      expect(items.length).toBe(every.length - 1);
      expect(Object.keys(skipped).length).toBeGreaterThan(0);
      const reader = await open(hurt);
      expect((await all(reader.items())).length).toBe(every.length - 1);
      expect(Object.keys(reader.skipped).length).toBeGreaterThan(0);
    }
  });
});

describe('the codec of a recording', () => {
  it('reads one stream of events and counts the others', () => {
    const { header, packets, skipped } = decodeBytes(written(some));
    expect(header).toMatchObject({ format: 'spk', width: 4, height: 4 });
    expect(packets).toEqual(byStream(some)['camera']);
    expect(skipped).toEqual({ otherStreams: 20 });
    const [angle] = [spk.decoder({ stream: 'angle' })];
    angle.push(written(some));
    expect(() => angle.end()).toThrow('no stream of events that is named angle');
  });

  it('writes one, of any space', () => {
    const encoder = spk.encoder!({ about: { seed: 1 } });
    const packet = aerPacket([1, 2], [0, 3], channels(4), 9);
    const bytes = joined([encoder.push(packet), encoder.end()]);
    expect(decodeBytes(bytes).packets).toEqual([packet]);
  });
});

describe('openRecording', () => {
  it('seeks by the index, and without it by scanning', async () => {
    const bytes = written(some, { streams, chunkBytes: 0 });
    const [whole, torn] = [await open(bytes), await open(bytes.slice(0, -headBytes))];
    expect([whole.indexed, torn.indexed]).toEqual([true, false]);
    expect([whole.from, whole.until]).toEqual([0, 5000]);
    for (const reader of [whole, torn]) {
      const window = { streams: ['camera', 'notes'], from: 1000, until: 2000 };
      expect(await all(reader.items(window))).toEqual(
        some.filter(({ stream }, i) => window.streams.includes(stream) && i >= 6 && i < 12),
      );
      expect(reader.skipped).toEqual({});
    }
    expect(() => whole.items({ streams: ['cam'] })).toThrow('did you mean camera?');
  });

  it('lets a recording go on, after its end or after a crash', async () => {
    const whole = written(some.slice(0, 6));
    for (const cut of [0, headBytes, headBytes + 5]) {
      const before = whole.slice(0, whole.length - cut);
      const { resume } = await open(before);
      const more = { streams: [{ name: 'speed', kind: 'series' }], resume } as const;
      const item = { stream: 'speed', item: series([5], [1]) };
      const added = written([...itemsAt(1000), item], more);
      const bytes = joined([before.slice(0, resume.offset), added]);
      const reader = await open(bytes);
      expect(reader.indexed).toBe(true);
      expect(byStream(await all(reader.items()))).toEqual(
        byStream([...some.slice(0, 6), ...itemsAt(1000), item]),
      );
      expect(decoded(bytes).skipped).toEqual({});
    }
  });

  it('has several indexes where there are many chunks', async () => {
    const encoder = recordingEncoder({ streams, chunkBytes: 0 });
    const parts: Uint8Array[] = [];
    const item = { stream: 'lost', item: { time: 1, byReason: {} } };
    for (let i = 0; i < 4200; i++) parts.push(encoder.push(item));
    const bytes = joined([...parts, encoder.end()]);
    const reader = await open(bytes);
    expect(reader.indexed).toBe(true);
    let count = 0;
    for await (const _ of reader.items()) count++;
    expect(count).toBe(4200);
  });
});

describe('junk', () => {
  it('gives items or a DataError, whatever the bytes', async () => {
    const sound = written(some.slice(0, 6), { streams, chunkBytes: 0 });
    const mutated = fc
      .array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .map((changes) => {
        const bytes = sound.slice();
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
        try {
          const { items } = decoded(bytes, [bytes.length >> 1]);
          expect(items.length).toBeLessThanOrEqual(6);
          for await (const { stream } of (await open(bytes)).items()) expect(stream).not.toBe('');
        } catch (cause) {
          expect(cause).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('names what is no recording, one that ends too early, and one of another version', () => {
    const bytes = written([]);
    expect(() => decoded(new TextEncoder().encode('t,x,y,p\n'))).toThrow('does not open as one');
    expect(() => decoded(bytes.slice(0, 20))).toThrow('ends after 20 bytes, within its header');
    const other = bytes.slice();
    other[5] = 9;
    expect(() => decoded(other)).toThrow('version 9; version 1 is read here');
  });

  it('refuses streams and items that cannot be', () => {
    const twice = [...streams, { name: 'camera', kind: 'series' }] as const;
    expect(() => recordingEncoder({ streams: twice })).toThrow(InvalidArgumentError);
    const encoder = recordingEncoder({ streams });
    const late = { ...aerPacket([5], [0], channels(1)), until: 1 };
    expect(() => encoder.push({ stream: 'camera', item: late })).toThrow('until is 1');
    expect(() => encoder.push({ stream: 'cam', item: late })).toThrow('no stream "cam"');
    expect(() => encoder.push({ stream: 'angle', item: late })).toThrow('a stream of series');
  });
});
