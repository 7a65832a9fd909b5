import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { lastValueFrom, of, toArray } from 'rxjs';
import { aerPacket, fromFile, pixels, type SpikeRaster } from 'spikeline';
import { codecOf, decodeBytes, type RecordedItem, xdfDecoder, xdfEncoder } from 'spikeline/codecs';
import {
  channels,
  type Marks,
  marks,
  type Series,
  type StreamItem,
  series,
} from 'spikeline/events';
import { openSession } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { runCli } from '#test/cli/run-cli';
import { emptyFolder } from '#test/support/folders';
import { runs } from '#test/support/runs';
import { python, withWitnesses } from '#test/support/witnesses';

const raster: SpikeRaster = {
  steps: 3,
  channels: 2,
  dt: 1e-3,
  startTime: 5000,
  counts: Uint32Array.of(0, 1, 2, 0, 0, 3),
};
const items: readonly RecordedItem[] = [
  {
    stream: 'spikes',
    item: aerPacket([1000, 2500, 1_600_000_000_000_003], [4, 0, 3], channels(5)),
  },
  { stream: 'camera', item: aerPacket([7], [12], pixels(8, 4)) },
  { stream: 'counts', item: raster },
  { stream: 'angle & <speed>', item: series([0, 1000], [0.1, -2, Number.NaN, 1e300], 2) },
  { stream: 'marks', item: marks([10, 20], ['grün', 'a "b" <c>']) },
  { stream: 'losses', item: { time: 30, byReason: { late: 2 } } },
];

/** Everything as an XDF file. */
function fileOf(all: readonly RecordedItem[]): Uint8Array {
  const encoder = xdfEncoder();
  return Buffer.concat([...all.map((one) => encoder.push(one)), encoder.end()]);
}

/** Items by stream, with the numbers of each joined. */
function read(bytes: Uint8Array, cuts: readonly number[] = [], options = {}) {
  const decoder = xdfDecoder(options);
  const found: RecordedItem[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    found.push(...decoder.push(bytes.subarray(from, cut)));
    from = cut;
  }
  found.push(...decoder.end());
  const times: Record<string, number[]> = {};
  const values: Record<string, unknown[]> = {};
  for (const { stream, item } of found) {
    const one = item as Series & Marks & { addresses?: Uint32Array };
    times[stream] = [...(times[stream] ?? []), ...one.timestamps];
    values[stream] = [...(values[stream] ?? []), ...(one.addresses ?? one.values ?? one.labels)];
  }
  return { times, values, decoder };
}

describe('what is written as XDF', () => {
  it('is read back: addresses, numbers, texts and times to the microsecond', () => {
    const bytes = fileOf(items);
    const { times, values, decoder } = read(bytes);
    expect(decoder.skipped).toEqual({});
    const kinds = [...decoder.streams.values()].map(({ name, kind }) => [name, kind]);
    expect(Object.fromEntries(kinds)).toEqual({
      spikes: 'events',
      camera: 'events',
      counts: 'series',
      'angle & <speed>': 'series',
      marks: 'marks',
      losses: 'marks',
    });
    expect(times).toEqual({
      spikes: [1000, 2500, 1_600_000_000_000_003],
      camera: [7],
      counts: [5000, 6000, 7000],
      'angle & <speed>': [0, 1000],
      marks: [10, 20],
      losses: [30],
    });
    expect(values).toEqual({
      spikes: [4, 0, 3],
      camera: [12],
      counts: [0, 1, 2, 0, 0, 3],
      'angle & <speed>': [0.1, -2, Number.NaN, 1e300],
      marks: ['grün', 'a "b" <c>'],
      losses: ['{"late":2}'],
    });
  });

  it('is the same however its bytes are cut', () => {
    const bytes = fileOf(items);
    const whole = read(bytes);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (places) => {
        const cut = read(
          bytes,
          places.toSorted((a, b) => a - b),
        );
        expect([cut.times, cut.values]).toEqual([whole.times, whole.values]);
      }),
      { numRuns: runs(60) },
    );
    read(
      bytes,
      Array.from({ length: bytes.length }, (_, i) => i),
    );
  });

  it('is found by its content, and its events are those of any file', async () => {
    const bytes = fileOf(items);
    expect(codecOf(bytes)?.name).toBe('xdf');
    const { header, packets } = decodeBytes(bytes);
    expect(header).toMatchObject({ format: 'xdf', space: { kind: 'channels', channels: 5 } });
    expect(packets.flatMap(({ addresses }) => [...addresses])).toEqual([4, 0, 3]);
    expect(decodeBytes(bytes, { options: { stream: 'camera' } }).header.width).toBe(8);
    const path = join(emptyFolder(), 'all.xdf');
    writeFileSync(path, bytes);
    const given = await lastValueFrom(
      fromFile<StreamItem>(path, { stream: 'angle & <speed>' }).pipe(toArray()),
    );
    expect(given).toMatchObject([{ channels: 2, until: 1000 }]);
    await expect(lastValueFrom(fromFile(path, { stream: 'none' }))).rejects.toThrow(
      /no stream none; there are spikes, camera/,
    );
    const info = await runCli(['info', path, '--json']);
    expect(JSON.parse(info.stdout)).toMatchObject({ format: 'xdf', events: 3 });
  });

  it('is refused where it is nothing', () => {
    const encoder = xdfEncoder();
    expect(() => encoder.push({ stream: 'a', item: 7 as never })).toThrow(/cannot be in an XDF/);
    encoder.push({ stream: 'a', item: series([0], [1]) });
    const wide = { stream: 'a', item: series([0], [1, 2], 2) };
    expect(() => encoder.push(wide)).toThrow(
      /2 channels cannot be in "a", a stream of series of 1/,
    );
    encoder.end();
    expect(() => encoder.push(wide)).toThrow(/has ended/);
    expect(() => xdfDecoder({ clock: 'x' } as never)).toThrow(/clock/);
    expect(() => xdfDecoder().push(7 as never)).toThrow(/Uint8Array/);
  });
});

/** A chunk with its length in 1, 4 or 8 bytes. */
function chunk(tag: number, content: Uint8Array, wide: 1 | 4 | 8 = 4): Uint8Array {
  const head = Buffer.alloc(1 + wide + 2);
  head[0] = wide;
  if (wide === 1) head.writeUInt8(content.length + 2, 1);
  else if (wide === 4) head.writeUInt32LE(content.length + 2, 1);
  else head.writeBigUInt64LE(BigInt(content.length + 2), 1);
  head.writeUInt16LE(tag, 1 + wide);
  return Buffer.concat([head, content]);
}

const id = Buffer.from([9, 0, 0, 0]);
const header = (format: string, count: number, rate: number): Uint8Array =>
  chunk(
    2,
    Buffer.concat([
      id,
      Buffer.from(
        `<?xml version="1.0"?><info><name>eeg</name><type>EEG</type><channel_count>${count}</channel_count><nominal_srate>${rate}</nominal_srate><channel_format>${format}</channel_format><desc><name>inner</name></desc></info>`,
      ),
    ]),
    8,
  );
const offset = (time: number, value: number): Uint8Array => {
  const content = Buffer.alloc(20);
  id.copy(content);
  content.writeDoubleLE(time, 4);
  content.writeDoubleLE(value, 12);
  return chunk(4, content, 1);
};
/** Samples of int16, of which some have no time of their own. */
const samples = (rows: readonly (readonly [number | undefined, ...number[]])[]): Uint8Array => {
  const parts = rows.map(([time, ...values]) => {
    const stamp = Buffer.alloc(time === undefined ? 1 : 9);
    stamp[0] = time === undefined ? 0 : 8;
    if (time !== undefined) stamp.writeDoubleLE(time, 1);
    const body = Buffer.alloc(2 * values.length);
    for (const [i, value] of values.entries()) body.writeInt16LE(value, 2 * i);
    return Buffer.concat([stamp, body]);
  });
  return chunk(3, Buffer.concat([id, Buffer.from([1, rows.length]), ...parts]));
};
const opening = Buffer.concat([
  Buffer.from('XDF:'),
  chunk(1, Buffer.from('<info><version>1.0</version></info>')),
]);
const boundary = chunk(
  5,
  Buffer.from([
    0x43, 0xa5, 0x46, 0xdc, 0xcb, 0xf5, 0x41, 0x0f, 0xb3, 0x0e, 0xd5, 0x46, 0x73, 0x83, 0xcb, 0xe4,
  ]),
);
const drifting = Buffer.concat([
  opening,
  header('int16', 2, 100),
  offset(10, 5),
  samples([
    [10, 1, -1],
    [undefined, 2, -2],
    [12, 3, -3],
  ]),
  boundary,
  offset(20, 7),
  samples([
    [20, 4, -4],
    [21, 5, -5],
  ]),
]);

describe('XDF of others', () => {
  it('has times that are left out, and clocks that are measured again and again', () => {
    const { times, values, decoder } = read(drifting);
    expect(decoder.skipped).toEqual({});
    expect(values['eeg']).toEqual([1, -1, 2, -2, 3, -3, 4, -4, 5, -5]);
    // 5 s at 10 s, 7 s at 20 s, and a line between; then the last.
    expect(times['eeg']).toEqual([15_000_000, 15_012_000, 17_400_000, 27_000_000, 28_000_000]);
    expect(read(drifting, [], { clock: 'recorded' }).times['eeg']).toEqual([
      10_000_000, 10_010_000, 12_000_000, 20_000_000, 21_000_000,
    ]);
  });

  it('goes on at the next boundary where bytes are damaged', () => {
    const at = opening.length + header('int16', 2, 100).length + offset(10, 5).length;
    const damaged = Buffer.from(drifting);
    damaged[at] = 3;
    const { values, decoder } = read(damaged);
    expect(values['eeg']).toEqual([4, -4, 5, -5]);
    expect(decoder.skipped['damagedBytes']).toBeGreaterThan(20);
    const cut = read(drifting.subarray(0, drifting.length - 3));
    expect(cut.values['eeg']).toHaveLength(6);
    expect(cut.decoder.skipped['cutOffBytes']).toBeGreaterThan(0);
  });

  it('raises times that step back, and counts them', () => {
    const back = Buffer.concat([
      opening,
      header('int16', 1, 0),
      samples([
        [2, 1],
        [1, 2],
        [3, 3],
      ]),
    ]);
    const { times, decoder } = read(back);
    expect(times['eeg']).toEqual([2_000_000, 2_000_000, 3_000_000]);
    expect(decoder.skipped).toEqual({ raisedTimes: 1 });
  });

  it('never crashes or hangs on junk', () => {
    const good = Buffer.concat([drifting, fileOf(items).subarray(4)]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.nat(good.length),
        (changes, length) => {
          const bytes = Buffer.from(good);
          for (const [at, byte] of changes) if (at >= 4) bytes[at] = byte;
          const decoder = xdfDecoder();
          for (const { item } of [
            ...decoder.push(bytes.subarray(0, Math.max(4, length))),
            ...decoder.end(),
          ]) {
            const { timestamps } = item as Series;
            expect(timestamps.every((time) => Number.isSafeInteger(time))).toBe(true);
          }
        },
      ),
      { numRuns: runs(200) },
    );
    expect(() => xdfDecoder().push(new TextEncoder().encode('nothing'))).toThrow(/no XDF file/);
  });
});

withWitnesses('pyxdf', () => {
  /** What pyxdf reads of files: names, times, values. */
  const script = `
import sys, json, pyxdf
out = []
for path in sys.argv[1:]:
    streams, _ = pyxdf.load_xdf(path, dejitter_timestamps=False)
    out.append({s["info"]["name"][0]: {
        "type": s["info"]["type"][0],
        "times": [float(t) for t in s["time_stamps"]],
        "values": [[v if isinstance(v, str) else float(v) for v in row] for row in s["time_series"]],
    } for s in streams})
print(json.dumps(out))
`;

  it('reads what is written here, a session with its clocks, and what others write as it is read here', async () => {
    const folder = emptyFolder();
    const place = (name: string): string => join(folder, name);
    const plain = items.map(({ stream, item }) => ({
      stream,
      item:
        'channels' in item && 'until' in item ? series([0, 1000], [0.1, -2, 3, 1e300], 2) : item,
    }));
    writeFileSync(place('ours.xdf'), fileOf(plain));
    writeFileSync(place('others.xdf'), drifting);
    const session = openSession(place('session'));
    const clock = { name: 'board', unit: 1e-6, offset: 250_000 };
    of(aerPacket([1000, 2000], [1, 0], channels(2)))
      .pipe(session.record('spikes', { clock }))
      .subscribe();
    session.mark('go', 1500);
    session.end();
    const converted = await runCli(['convert', place('session'), place('session.xdf')]);
    expect([converted.code, converted.stderr]).toEqual([0, '']);
    const paths = ['ours', 'others', 'session'].map((name) => place(`${name}.xdf`));
    const { stdout, stderr } = spawnSync(python!, ['-c', script, ...paths], { encoding: 'utf8' });
    expect(stderr.split('\n').filter((line) => line.includes('Error'))).toEqual([]);
    const alone = spawnSync(python!, ['-c', script, place('session.xdf')], { encoding: 'utf8' });
    expect(alone.stderr).toBe('');
    const [ours, others, ofSession] = JSON.parse(stdout);
    const micros = (times: number[]): number[] => times.map((time) => Math.round(time * 1e6));
    expect(micros(ours.spikes.times)).toEqual([1000, 2500, 1_600_000_000_000_003]);
    expect(ours.spikes.values).toEqual([[4], [0], [3]]);
    expect(ours.counts.values).toEqual([
      [0, 1],
      [2, 0],
      [0, 3],
    ]);
    expect(ours['angle & <speed>'].values).toEqual([
      [0.1, -2],
      [3, 1e300],
    ]);
    expect(ours.marks).toMatchObject({ type: 'Markers', values: [['grün'], ['a "b" <c>']] });
    // Two measurements: their fit is the line between them, and goes on after the last.
    const near = micros(others.eeg.times);
    const own = read(drifting).times['eeg']!;
    for (const [i, time] of own.slice(0, 4).entries())
      expect(Math.abs(near[i]! - time)).toBeLessThan(100);
    expect(others.eeg.values).toEqual([
      [1, -1],
      [2, -2],
      [3, -3],
      [4, -4],
      [5, -5],
    ]);
    expect(micros(ofSession.spikes.times)).toEqual([251_000, 252_000]);
    expect(micros(ofSession.marks.times)).toEqual([1500]);
  });
});
