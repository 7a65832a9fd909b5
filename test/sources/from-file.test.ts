import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { lastValueFrom, of, Subject, take, tap, throwError, toArray } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  DataError,
  InvalidArgumentError,
  pixels,
  spikeRaster,
} from 'spikeline';
import { codecNamed, recordingEncoder } from 'spikeline/codecs';
import { channels, inTimeOrder, lossCounter, marks, series } from 'spikeline/events';
import { StorageError } from 'spikeline/problems';
import { toFile, toStdout } from 'spikeline/sinks';
import { fromFile, fromStdin } from 'spikeline/sources';
import { describe, expect, it } from 'vitest';
import type { StreamItem } from '#src/events/series';
import { watchInputs } from '#src/open-inputs';
import { emptyFolder } from '#test/support/folders';
import { TestClock } from '#test/support/test-clock';
import { until } from '#test/support/until';
import { watch } from '#test/support/watch';

const camera = pixels(8, 8);
const events = Array.from({ length: 300 }, (_, i) => 100 * i);
const packet = aerPacket(
  events,
  events.map((_, i) => (i * 2) % 128),
  camera,
);

function dat(...packets: readonly AerPacket[]): Uint8Array<ArrayBuffer> {
  const encoder = codecNamed('dat').encoder!();
  const parts = [...packets.map((one) => encoder.push(one)), encoder.end()];
  return new Uint8Array(Buffer.concat(parts));
}

function fileOf(bytes: Uint8Array, name = 'in.dat'): string {
  const path = join(emptyFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

const timesOf = (packets: readonly AerPacket[]) =>
  packets.flatMap(({ timestamps }) => [...timestamps]);
const all = (config: object, bytes = dat(packet)) =>
  lastValueFrom(fromFile(new Blob([bytes]), config).pipe(toArray()));

describe('fromFile', () => {
  it('reads a file whose name says nothing, and closes it', async () => {
    const packets = await lastValueFrom(fromFile(fileOf(dat(packet), 'events')).pipe(toArray()));
    expect(timesOf(packets)).toEqual(events);
    expect(packets.at(-1)!.until).toBe(events.at(-1));
    expect(packets[0]!.space).toEqual(camera);
    await new Promise((resolve) => setImmediate(resolve));
    expect(watchInputs().end()).toEqual([]);
  });

  it('gives packets of equal time, or of equally many events', async () => {
    const slices = await all({ window: 1e-3 });
    expect(slices.map(({ until }) => until)).toEqual([
      ...Array.from({ length: 29 }, (_, i) => 1000 * (i + 1)),
      29_900,
    ]);
    expect((await all({ events: 128 })).map(({ timestamps }) => timestamps.length)).toEqual([
      128, 128, 44,
    ]);
  });

  it('makes no more windows of a packet that lasts for hours than are asked for', async () => {
    const hours = aerPacket(
      Array.from({ length: 8000 }, (_, i) => 5e7 * i),
      new Uint32Array(8000),
      camera,
    );
    const bytes = new Blob([dat(hours)]);
    const before = process.memoryUsage().heapUsed;
    const some = await lastValueFrom(
      fromFile(bytes, { window: 1e-3 }).pipe(take(60_000), toArray()),
    );
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2e8);
    expect(
      some.filter(({ timestamps }) => timestamps.length > 0).map(({ until }) => until),
    ).toEqual([1000, 50_001_000]);
    const counted = await all({ events: 3 }, dat(hours));
    expect(timesOf(counted)).toEqual([...hours.timestamps]);
    expect(new Set(counted.slice(0, -1).map(({ timestamps }) => timestamps.length))).toEqual(
      new Set([3]),
    );
  });

  it('reads several times, one after the other in time', async () => {
    const packets = await all({ loop: 3, window: 1e-3 });
    expect(timesOf(packets)).toEqual(
      [0, 1, 2].flatMap((pass) => events.map((time) => time + 29_900 * pass)),
    );
    const endless = fromFile(new Blob([dat(packet)]), { loop: true }).pipe(take(5), toArray());
    expect(await lastValueFrom(endless)).toHaveLength(5);
  });

  it('keeps time at any speed, and leaves no timer', async () => {
    const clock = new TestClock();
    const seen = watch(fromFile(new Blob([dat(packet)]), { speed: 2, window: 0.01, clock }));
    const counts: number[] = [];
    for (let i = 0; i < 4; i++) {
      await clock.pass(5);
      for (let k = 0; k < 20; k++) await new Promise((resolve) => setImmediate(resolve));
      counts.push(seen.values.length);
    }
    expect(counts[0]).toBeLessThan(2);
    await clock.runUntil(() => seen.ended !== 'no');
    expect(seen.values).toHaveLength(3);
    const left = watch(fromFile(new Blob([dat(packet)]), { speed: 1, clock }));
    for (let k = 0; k < 20; k++) await new Promise((resolve) => setImmediate(resolve));
    expect(clock.waiting).toBe(1);
    left.unsubscribe();
    expect(clock.waiting).toBe(0);
  });

  it('waits for no broken time stamp, and counts that', async () => {
    const far = 1.6e15;
    const broken = codecNamed('csv').encoder!().push(
      aerPacket([0, 1000, far, far + 1000], [0, 1, 2, 3], pixels(2, 2)),
    );
    for (const [cut, lost] of [
      [{ window: 1e-3 }, { jumps: 1, unwaited: 1 }],
      [{ events: 2 }, { unwaited: 1 }],
    ] as const) {
      const clock = new TestClock();
      const source = fromFile(new Blob([Uint8Array.from(broken)]), { ...cut, speed: 1, clock });
      const seen = watch(source);
      await clock.runUntil(() => seen.ended !== 'no');
      expect(clock.now()).toBeLessThan(1000);
      const times = seen.values.flatMap(({ timestamps }) => [...timestamps]);
      expect(times).toEqual([0, 1000, far, far + 1000]);
      expect(source.losses.byReason).toEqual(lost);
    }
  });

  it('puts events in order that step back, and counts those that step back too far', async () => {
    const times = [1000, 995, 1010, 50_000];
    const odd = (list: readonly number[]) => ({
      timestamps: Float64Array.from(list),
      addresses: Uint32Array.from(list, () => 0),
      space: camera,
      until: Math.max(...list),
    });
    const order = inTimeOrder({ lateness: 1e-3 });
    const losses = lossCounter();
    const counted = inTimeOrder({ lateness: 1e-3, losses });
    expect(timesOf([...order(odd(times)), ...order.end()])).toEqual([995, 1000, 1010, 50_000]);
    expect(
      timesOf([...counted(odd(times)), ...counted(odd([100, 49_500])), ...counted.end()]),
    ).toEqual([995, 1000, 1010, 49_500, 50_000]);
    expect(losses.byReason).toEqual({ late: 1 });
    expect(timesOf(await all({ lateness: 1e-3 }, dat(odd(times))))).toEqual([
      995, 1000, 1010, 50_000,
    ]);
  });

  it('counts what is cut off', async () => {
    const bytes = dat(packet).slice(0, -3);
    const source = fromFile(new Blob([bytes]));
    expect(timesOf(await lastValueFrom(source.pipe(toArray())))).toHaveLength(299);
    expect(source.losses.byReason).toEqual({ cutOffBytes: 5 });
  });

  it('gives any stream of a recording', async () => {
    const kinds: Record<string, StreamItem> = {
      events: packet,
      raster: spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0, 0, 2] }),
      series: series([0, 10], [1, 2]),
      marks: marks([5], ['on']),
    };
    const streams = Object.keys(kinds).map((kind) => ({ name: `my ${kind}`, kind }) as never);
    const encoder = recordingEncoder({ streams });
    const parts = Object.entries(kinds).map(([kind, item]) =>
      encoder.push({ stream: `my ${kind}`, item }),
    );
    const blob = new Blob([Buffer.concat([...parts, encoder.end()])]);
    for (const [kind, item] of Object.entries(kinds)) {
      const read = fromFile<StreamItem>(blob, { stream: `my ${kind}` });
      expect(kind === 'events' ? packet : await lastValueFrom(read)).toEqual(item);
    }
    const none = watch(fromFile(blob, { stream: 'other' }));
    await until(() => none.ended !== 'no');
    expect(none.error).toMatchObject({
      message: expect.stringMatching(/no stream other; there are my/),
    });
  });

  it('errors with a clear word', async () => {
    const folder = emptyFolder();
    const missing = lastValueFrom(fromFile(join(folder, 'none.dat')));
    await expect(missing).rejects.toThrow('there is no such file');
    await expect(missing).rejects.toBeInstanceOf(StorageError);
    await expect(lastValueFrom(fromFile(folder))).rejects.toThrow('it is a folder');
    const text = lastValueFrom(fromFile(new Blob(['hello world'])));
    await expect(text).rejects.toBeInstanceOf(DataError);
    expect(() => fromFile('x', { window: 1, events: 2 })).toThrow(InvalidArgumentError);
    expect(() => fromFile('x', { format: 'dat', stream: 'a' })).toThrow('dat has one stream');
    expect(() => fromFile('')).toThrow('the path of a file');
    expect(() => fromFile('x', { loop: 0, speed: -1 })).toThrow(/loop.*speed|speed.*loop/s);
  });
});

describe('toFile', () => {
  it('writes what fromFile reads, in the format of its name, and reports', async () => {
    for (const name of ['out.dat', 'out.spk']) {
      const path = join(emptyFolder(), name);
      const [report] = await lastValueFrom(
        of(packet, packet).pipe(take(1), toFile(path), toArray()),
      );
      expect(report).toMatchObject({ format: name.slice(4), items: 1, count: 300 });
      expect(report!.bytes).toBe(readFileSync(path).length);
      expect(timesOf(await lastValueFrom(fromFile(path).pipe(toArray())))).toEqual(events);
      expect(readdirSync(join(path, '..'))).toEqual([name]);
    }
  });

  it('writes rasters, numbers and marks as recordings', async () => {
    const raster = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0, 0, 2] });
    const path = join(emptyFolder(), 'out.spk');
    await lastValueFrom(of(raster).pipe(toFile(path, { stream: 'spikes' })));
    expect(await lastValueFrom(fromFile<StreamItem>(path, { stream: 'spikes' }))).toEqual(raster);
    const seen = watch(of(raster).pipe(toFile(join(emptyFolder(), 'out.dat'))));
    await until(() => seen.ended !== 'no');
    expect(seen.error).toMatchObject({ message: expect.stringMatching(/write it as a recording/) });
  });

  it('keeps what is whole when it is left, or the source errs, and makes no file of nothing', async () => {
    const path = join(emptyFolder(), 'out.spk');
    const input = new Subject<AerPacket>();
    const seen = watch(input.pipe(toFile(path)));
    input.next(packet);
    await until(() => existsSync(path));
    input.error(new Error('the camera is gone'));
    expect(seen.error).toMatchObject({ message: 'the camera is gone' });
    expect(timesOf(await lastValueFrom(fromFile(path).pipe(toArray())))).toEqual(events);
    const other = join(emptyFolder(), 'other.dat');
    const left = watch(new Subject<AerPacket>().pipe(toFile(other)));
    left.unsubscribe();
    const over = fileOf(dat(packet), 'over.dat');
    const failed = throwError(() => new Error('the camera is none')).pipe(
      toFile(over, { overwrite: true }),
    );
    await expect(lastValueFrom(failed)).rejects.toThrow('the camera is none');
    await new Promise((resolve) => setImmediate(resolve));
    expect(readFileSync(over).equals(dat(packet))).toBe(true);
    expect(existsSync(other)).toBe(false);
  });

  it('makes no file where its first item cannot be in it', async () => {
    for (const name of ['a.csv', 'a.npy', 'a.npz', 'a.dat', 'a.es', 'a.aedat4', 'a.bin']) {
      const path = join(emptyFolder(), name);
      const wrong = of(aerPacket([1], [2], channels(4)));
      await expect(lastValueFrom(wrong.pipe(toFile(path)))).rejects.toThrow(
        /this format holds pixels/,
      );
      expect(existsSync(path), name).toBe(false);
    }
  });

  it('writes a recording out by and by, while it is made', async () => {
    const clock = new TestClock();
    const path = join(emptyFolder(), 'out.spk');
    const input = new Subject<AerPacket>();
    const seen = watch(input.pipe(toFile(path, { clock })));
    input.next(packet);
    await until(() => existsSync(path));
    await clock.pass(60);
    expect(clock.waiting).toBe(0);
    expect(timesOf(await lastValueFrom(fromFile(path).pipe(toArray())))).toEqual(events);
    input.next(packet);
    expect(clock.waiting).toBe(1);
    seen.unsubscribe();
    expect(clock.waiting).toBe(0);
  });

  it('writes over no file unless told, and never over one that is read', async () => {
    const path = fileOf(dat(packet));
    await expect(lastValueFrom(of(packet).pipe(toFile(path)))).rejects.toThrow('is there already');
    const looped = lastValueFrom(fromFile(path).pipe(toFile(path, { overwrite: true })));
    await expect(looped).rejects.toThrow('is read');
    expect(readFileSync(path).equals(dat(packet))).toBe(true);
    const report = await lastValueFrom(of(packet).pipe(toFile(path, { overwrite: true })));
    expect(report.count).toBe(300);
    mkdirSync(join(path, '..', 'out.dat'));
    const folder = of(packet).pipe(toFile(join(path, '..', 'out.dat')));
    await expect(lastValueFrom(folder)).rejects.toThrow('it is a folder');
  });

  it('refuses names and formats that cannot be', () => {
    expect(() => toFile('out.txyz')).toThrow('can be written');
    expect(() => toFile('out.dat', { format: 'evt9' })).toThrow('there is no such name');
    expect(() => toFile('out.dat', { stream: 'a' })).toThrow('dat has one stream');
    expect(() => toFile('out.dat', { overwite: true } as never)).toThrow('overwrite');
  });
});

describe('standard streams', () => {
  it('carry events from one program to another', async () => {
    for (const format of ['spk', 'dat']) {
      const pipe = new PassThrough();
      const report = await lastValueFrom(of(packet).pipe(toStdout({ format, output: pipe })));
      expect(report).toMatchObject({ format, count: 300 });
      pipe.end();
      const read = await lastValueFrom(fromStdin({ input: pipe }).pipe(toArray()));
      expect(timesOf(read)).toEqual(events);
    }
  });

  it('hold a source back while nobody reads, and let it go on when somebody does', async () => {
    let given = 0;
    const pipe = new PassThrough({ highWaterMark: 4096 });
    const source = fromFile(new Blob([dat(packet)]), { loop: 100 }).pipe(tap(() => given++));
    const done = lastValueFrom(source.pipe(toStdout({ format: 'dat', output: pipe })));
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 50; i++) await turn();
    expect(given).toBeLessThan(10);
    const bytes: Buffer[] = [];
    pipe.on('data', (some: Buffer) => bytes.push(some));
    expect(await done).toMatchObject({ items: 100, count: 30_000 });
    expect(pipe.listenerCount('drain')).toBe(0);
    await turn();
    expect(timesOf(codecNamed('dat').decoder().push(Buffer.concat(bytes)))).toHaveLength(30_000);
  });

  it('are ended when the stream is left, also while nothing comes', async () => {
    const input = new PassThrough();
    const seen = watch(fromStdin({ input }));
    await new Promise((resolve) => setImmediate(resolve));
    seen.unsubscribe();
    expect(input.destroyed).toBe(true);
  });

  it('err when they fail', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('torn'));
      },
    });
    await expect(lastValueFrom(fromStdin({ input: broken }))).rejects.toThrow('torn');
    const output = new PassThrough();
    const input = new Subject<AerPacket>();
    const seen = watch(input.pipe(toStdout({ format: 'dat', output })));
    output.destroy(new Error('nobody reads'));
    await new Promise((resolve) => setImmediate(resolve));
    input.next(packet);
    input.complete();
    expect(seen.error).toBeInstanceOf(StorageError);
  });
});
