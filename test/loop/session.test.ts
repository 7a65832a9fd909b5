import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, NEVER, of, Subject, take, throwError, toArray } from 'rxjs';
import {
  chip,
  DeviceError,
  dynapSim,
  linear,
  pipeline,
  poisson,
  runOn,
  type SpikeRaster,
  simulator,
  virtualBoard,
} from 'spikeline';
import { lossCounter, marks, type StreamItem, series } from 'spikeline/events';
import { inSession, openSession, readSession, type SessionConfig } from 'spikeline/loop';
import { StorageError } from 'spikeline/problems';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { program } from '#test/support/programs';
import { chunk } from '#test/support/rasters';
import { TestClock } from '#test/support/test-clock';

afterEach(() => vi.restoreAllMocks());

const net = pipeline(linear({ weight: [[8]] }), dynapSim({ neurons: 1, name: 'output' }));
const noise$ = poisson({ channels: 1, rate: 150, duration: 0.05, seed: 3, chunkSteps: 10 });

/** All that a session holds, by stream. */
async function contents(folder: string) {
  const session = await readSession(folder);
  const streams: Record<string, StreamItem[]> = {};
  for await (const { stream, item } of session.recording.items()) {
    streams[stream] = [...(streams[stream] ?? []), item as StreamItem];
  }
  const { manifest, runs, recording } = session;
  const losses = await session.losses();
  await session.close();
  return { manifest: manifest!, runs, streams, losses, recording };
}

const spikesIn = (items: readonly StreamItem[] = []): number =>
  (items as SpikeRaster[]).reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);

describe('a session', () => {
  it('holds the pipeline, all streams, marks, losses, notes, and why it ended', async () => {
    const folder = join(emptyFolder(), 'first');
    const losses = lossCounter();
    const config = { seed: 7, config: { rate: 150 } };
    const run$ = inSession(folder, config, (session) => {
      session.losses('camera', losses);
      session.mark('begin', 0);
      session.note('gain', 0.5);
      losses.add('late', 3);
      return noise$.pipe(
        session.record('noise', { clock: { name: 'board', unit: 1e-6, offset: -12 } }),
        runOn(session.target(simulator()), net, { record: ['output', 'output:imem'] }),
      );
    });
    const outputs = await lastValueFrom(run$.pipe(toArray()));
    const found = await contents(folder);
    const { manifest, streams } = found;
    expect(manifest).toMatchObject({
      seed: 7,
      config: { rate: 150 },
      notes: { gain: 0.5 },
      ended: { how: 'completed' },
      versions: { node: process.versions.node },
    });
    expect(manifest.versions.spikeline).toMatch(/^\d+\.\d+\.\d+/);
    expect(found.runs[0]!.pipeline).toEqual(net);
    expect(found.runs).toMatchObject([
      { input: 'input', outputs: { output: 'output', 'output:imem': 'output:imem' }, named: true },
    ]);
    expect(streams['output']).toEqual(outputs.map(({ output }) => output));
    expect(streams['output:imem']).toEqual(outputs.map((one) => one['output:imem']));
    expect(streams['noise']).toEqual(streams['input']);
    expect(spikesIn(streams['input'])).toBeGreaterThan(2);
    expect(streams['marks']).toMatchObject([{ labels: ['begin'] }]);
    expect(found.recording.streams.get('noise')!.clock).toMatchObject({
      name: 'board',
      offset: -12,
    });
    expect(found.losses).toEqual({ 'camera: late': 3 });
    expect(fs.readdirSync(folder)).toEqual(['pipeline.json', 'session.json', 'streams.spk']);
  });

  it('keeps a run and its pipeline apart from another', async () => {
    const folder = emptyFolder();
    const wide = pipeline(linear({ weight: [[9]] }), dynapSim({ neurons: 1 }));
    const session = openSession(folder);
    const target = session.target(simulator());
    for (const each of [net, wide, net]) await lastValueFrom(noise$.pipe(runOn(target, each)));
    session.end();
    const { runs, manifest } = await contents(folder);
    expect(runs.map(({ input }) => input)).toEqual(['input', 'input 2', 'input 3']);
    expect(runs.map(({ outputs }) => Object.values(outputs))).toEqual([
      ['output'],
      ['output 2'],
      ['output 3'],
    ]);
    expect(manifest.runs.map(({ pipeline: file }) => file)).toEqual([
      'pipeline.json',
      'pipeline-2.json',
      'pipeline.json',
    ]);
  });

  it('says when a run was brought to rest', async () => {
    const folder = emptyFolder();
    const run$ = inSession(folder, {}, (session) =>
      noise$.pipe(runOn(session.target(simulator()), net, { resetOn: 'chunk' })),
    );
    await lastValueFrom(run$);
    const { streams } = await contents(folder);
    const times = (streams['resets'] as { timestamps: Float64Array }[]).map(
      ({ timestamps }) => timestamps[0],
    );
    expect(times).toEqual([10_000, 20_000, 30_000, 40_000]);
  });
});

describe('the end of a session', () => {
  /** Runs two chunks through a session, lets `end` happen to it, and reads it. */
  async function afterwards(end: (source$: Subject<SpikeRaster>, leave: () => void) => void) {
    const folder = emptyFolder();
    const source$ = new Subject<SpikeRaster>();
    const subscription = inSession(folder, {}, (session) =>
      source$.pipe(session.record('spikes')),
    ).subscribe({ error() {} });
    for (const i of [0, 1]) source$.next(chunk(i));
    end(source$, () => subscription.unsubscribe());
    const { manifest, streams } = await contents(folder);
    expect(streams['spikes']).toEqual([chunk(0), chunk(1)]);
    return manifest.ended;
  }

  it('is that everything has come', async () => {
    expect(await afterwards((source$) => source$.complete())).toMatchObject({ how: 'completed' });
  });

  it('is that whoever listened has left', async () => {
    expect(await afterwards((_, leave) => leave())).toMatchObject({ how: 'unsubscribed' });
  });

  it('is an error, with its message', async () => {
    const ended = await afterwards((source$) => source$.error(new Error('the sensor smokes')));
    expect(ended).toMatchObject({ how: 'error', message: 'the sensor smokes' });
  });

  it('is a board that is gone', async () => {
    const folder = emptyFolder();
    const link = await virtualBoard({ realTime: false }).open();
    const source$ = new Subject<SpikeRaster>();
    const failed = new Promise((resolve) => {
      inSession(folder, {}, (session) =>
        source$.pipe(runOn(session.target(chip(link)), net)),
      ).subscribe({
        next: () => link.unplug(),
        error: resolve,
      });
    });
    const raster = await firstValueFrom(noise$);
    source$.next(raster);
    source$.complete();
    expect(await failed).toBeInstanceOf(DeviceError);
    const { manifest, streams } = await contents(folder);
    expect(manifest.ended).toMatchObject({ how: 'disconnected' });
    expect(streams['input']).toEqual([raster]);
    await link.close();
  });

  it('may be said by whoever knows more, once', async () => {
    const folder = emptyFolder();
    const session = openSession(folder);
    session.end({ how: 'signal', message: 'SIGINT' });
    session.end({ how: 'error', message: 'too late' });
    expect((await contents(folder)).manifest.ended).toMatchObject({ how: 'signal' });
    expect(() => session.mark('more')).toThrow(/has ended/);
  });

  it('is unknown if the process was killed, and all but the last 50 ms is there', async () => {
    const folder = emptyFolder();
    const child = spawn(process.execPath, program('test/loop/killed-session.ts', folder), {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const signal = await new Promise((done) => child.on('exit', (_, by) => done(by)));
    expect(signal).toBe('SIGKILL');
    const { manifest, streams, recording } = await contents(folder);
    expect(manifest.ended).toBe(null);
    expect(recording.indexed).toBe(false);
    expect(streams['marks']).toHaveLength(100);
    // The lock of a process that is gone keeps nobody out.
    openSession(folder, { overwrite: true }).end();
  });

  it('is the exit of the process', async () => {
    const folder = emptyFolder();
    const before = process.listeners('exit');
    const session = openSession(folder);
    session.mark('begin', 5);
    const onExit = process.listeners('exit').findLast((one) => !before.includes(one));
    onExit!(3);
    const { manifest, streams } = await contents(folder);
    expect(manifest.ended).toMatchObject({
      how: 'signal',
      message: 'the process exited with code 3',
    });
    expect(streams['marks']).toHaveLength(1);
    session.end();
  });

  it('leaves no listener, timer or lock behind', () => {
    const clock = new TestClock();
    const before = process.listenerCount('exit');
    const folder = emptyFolder();
    inSession(folder, { clock }, (session) =>
      of(series([0], [1])).pipe(session.record('one')),
    ).subscribe();
    expect(clock.waiting).toBe(0);
    expect(process.listenerCount('exit')).toBe(before);
    expect(fs.readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('what has come', () => {
  it('is on disk after a while, whether more comes or not', async () => {
    const clock = new TestClock();
    const folder = emptyFolder();
    const source$ = new Subject<StreamItem>();
    const config: SessionConfig = { clock, flushEvery: 0.2 };
    const running = inSession(folder, config, (session) =>
      source$.pipe(session.record('said')),
    ).subscribe();
    const file = join(folder, 'streams.spk');
    source$.next(marks([7], ['now']));
    clock.advance(199);
    expect(fs.readFileSync(file).includes('now')).toBe(false);
    clock.advance(1);
    expect(fs.readFileSync(file).includes('now')).toBe(true);
    running.unsubscribe();
  });
});

describe('what cannot be a session', () => {
  it('is refused with all reasons at once', () => {
    const junk = { seed: 'x', config: { n: 1n }, overwrite: 1, flushEvery: 0, clock: 1, more: 1 };
    const wrong = ['folder', 'seed', 'config', 'overwrite', 'flushEvery', 'clock', 'more'];
    for (const open of [
      () => openSession(7 as never, junk as never),
      () => inSession(7 as never, junk as never, () => NEVER),
    ]) {
      try {
        open();
        expect.unreachable();
      } catch (cause) {
        const { problems } = cause as { problems: { path: string }[] };
        expect(problems.map(({ path }) => path)).toEqual(expect.arrayContaining(wrong));
      }
    }
  });

  it('is what builds no stream: the session ends with that', async () => {
    const folder = emptyFolder();
    const run$ = inSession(folder, {}, () => 7 as never);
    await expect(lastValueFrom(run$)).rejects.toThrow(/build gave 7/);
    expect((await contents(folder)).manifest.ended).toMatchObject({ how: 'error' });
  });

  it('is a folder that holds one, unless it may be overwritten', async () => {
    const folder = emptyFolder();
    const first = openSession(folder);
    await lastValueFrom(noise$.pipe(runOn(first.target(simulator()), net)));
    expect(() => openSession(folder, { overwrite: true })).toThrow(/another run writes there/);
    first.end();
    expect(() => openSession(folder)).toThrow(/holds a session already/);
    openSession(folder, { overwrite: true }).end();
    const { runs, streams } = await contents(folder);
    expect([runs, streams]).toEqual([[], {}]);
    expect(fs.readdirSync(folder)).toEqual(['session.json', 'streams.spk']);
  });

  it('is a disk that is full in mid-run: the stream errs, and says so', async () => {
    const folder = emptyFolder();
    const source$ = new Subject<SpikeRaster>();
    let failed: unknown;
    const clock = new TestClock();
    inSession(folder, { clock }, (session) => source$.pipe(session.record('spikes'))).subscribe({
      error: (cause) => {
        failed = cause;
      },
    });
    source$.next(chunk(0));
    clock.advance(50);
    const write = vi.spyOn(fs, 'writeFileSync').mockImplementation(() => {
      throw new Error('ENOSPC: no space left on device, write');
    });
    source$.next(chunk(1));
    clock.advance(50);
    source$.next(chunk(2));
    expect(failed).toBeInstanceOf(StorageError);
    expect(String(failed)).toMatch(/streams\.spk: cannot be written \(ENOSPC/);
    write.mockRestore();
    // What was written before is there, and why no more is.
    const { streams, manifest } = await contents(folder);
    expect(streams['spikes']).toEqual([chunk(0)]);
    expect(manifest.ended).toMatchObject({ how: 'error', message: (failed as Error).message });
  });

  it('is an item of no kind, and a name of another kind', () => {
    const folder = emptyFolder();
    const errors: string[] = [];
    const session = openSession(folder);
    const error = (cause: unknown): void => void errors.push(String(cause));
    of(7 as never as StreamItem)
      .pipe(session.record('numbers'))
      .subscribe({ error });
    of(marks([0], ['a']), series([1], [1]))
      .pipe(session.record<StreamItem>('mixed'))
      .subscribe({ error });
    session.end();
    expect(errors).toEqual([
      expect.stringMatching(/no packet, raster, series or marks/),
      expect.stringMatching(/series cannot be in mixed, a stream of marks/),
    ]);
  });
});

describe('what is no session', () => {
  it('is said to be none, whatever it is', async () => {
    const folder = emptyFolder();
    await expect(readSession(folder)).rejects.toThrow(/is no session; there is no session.json/);
    await expect(readSession(join(folder, 'none'))).rejects.toThrow(StorageError);
    const session = openSession(folder);
    await lastValueFrom(noise$.pipe(runOn(session.target(simulator()), net)));
    session.end();
    const manifest = join(folder, 'session.json');
    const good = fs.readFileSync(manifest, 'utf8');
    const bad: [string, RegExp][] = [
      ['{', /is not JSON/],
      ['[]', /an object is needed/],
      [good.replace('"version": 1', '"version": 2'), /version/],
      [good.replace('"pipeline.json"', '"../../secret"'), /runs/],
      [good.replace('"runs": [', '"runs": [7, '), /runs/],
      [good.replace('completed', 'exploded'), /ended/],
    ];
    for (const [text, message] of bad) {
      fs.writeFileSync(manifest, text);
      await expect(readSession(folder)).rejects.toThrow(message);
    }
    fs.writeFileSync(manifest, good);
    fs.writeFileSync(join(folder, 'pipeline.json'), '{}');
    await expect(readSession(folder)).rejects.toThrow(/pipeline\.json: this is no saved pipeline/);
  });

  it('may be a recording alone, which has no runs', async () => {
    const folder = emptyFolder();
    const session = openSession(folder);
    session.mark('here', 4);
    session.end();
    const alone = await readSession(join(folder, 'streams.spk'));
    expect([alone.manifest, alone.runs]).toEqual([undefined, []]);
    expect([...alone.recording.streams.keys()]).toEqual(['marks']);
    await alone.close();
    await expect(alone.recording.items().next()).rejects.toThrow(/closed/);
  });
});

it('a failing stream within a session ends it before its error is heard', async () => {
  const folder = emptyFolder();
  const run$ = inSession(folder, {}, () => throwError(() => new Error('no')));
  await expect(lastValueFrom(run$.pipe(take(1)))).rejects.toThrow('no');
  expect((await contents(folder)).manifest.ended).toMatchObject({ how: 'error', message: 'no' });
});

it('a session is refused where a file stands in its place', () => {
  const path = join(emptyFolder(), 'notes');
  fs.writeFileSync(path, 'not a folder');
  expect(() => openSession(path)).toThrow(StorageError);
  expect(fs.readFileSync(path, 'utf8')).toBe('not a folder');
});
