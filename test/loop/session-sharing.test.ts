// Sessions of which several want something: two loops, a run and a recording of the same name, a dozen at once.
import fs from 'node:fs';
import { join } from 'node:path';
import { from, last, lastValueFrom, NEVER, of, toArray } from 'rxjs';
import { lif, linear, pipeline, poisson, runOn, simulator } from 'spikeline';
import { marks } from 'spikeline/events';
import {
  closeLoop,
  type LoopRecorder,
  openSession,
  readSession,
  recordSession,
  replay,
} from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { chunk } from '#test/support/rasters';
import { TestClock } from '#test/support/test-clock';

const net = pipeline(linear({ weight: [[9]] }), lif({ neurons: 1, dt: 1e-3, tauMem: 5e-3 }));
const noise$ = poisson({ channels: 1, rate: 300, duration: 0.05, seed: 3, chunkSteps: 10 });

const looped = (session: LoopRecorder, more: { steps: number; realTime?: { clock: TestClock } }) =>
  closeLoop<number, number>({
    target: simulator(),
    net,
    environment: { reset: () => 0, step: (observation) => ({ observation }) },
    encode: () => [1],
    decode: ({ counts }) => counts[0]!,
    session,
    ...more,
  });

const manifestOf = (folder: string) =>
  JSON.parse(fs.readFileSync(join(folder, 'session.json'), 'utf8'));

describe('a recorder of loops', () => {
  it('records one at a time, which another does not end', async () => {
    const folder = join(emptyFolder(), 'one');
    const session = recordSession(folder);
    const clock = new TestClock();
    const steps: number[] = [];
    looped(session, { steps: 20, realTime: { clock } }).subscribe(({ step }) => steps.push(step));
    clock.advance(5);
    await expect(lastValueFrom(looped(session, { steps: 2 }))).rejects.toMatchObject({
      code: 'busy',
    });
    clock.advance(50);
    expect(steps).toHaveLength(20);
    expect(manifestOf(folder)).toMatchObject({ ended: { how: 'completed' }, notes: { steps: 20 } });
  });

  it('records the next one once the first has ended', async () => {
    const session = recordSession(join(emptyFolder(), 'next'), { overwrite: true });
    for (const steps of [3, 4]) await lastValueFrom(looped(session, { steps }));
    expect(session.session).toBeUndefined();
  });
});

describe('a stream of a session', () => {
  it('that is of a run is recorded by nobody else', async () => {
    const folder = join(emptyFolder(), 'mixed');
    const session = openSession(folder);
    const run$ = noise$.pipe(runOn(session.target(simulator()), net), toArray());
    await lastValueFrom(run$);
    await expect(lastValueFrom(noise$.pipe(session.record('input')))).rejects.toThrow(
      'the stream "input" is that of a run; record under another name',
    );
    await expect(lastValueFrom(noise$.pipe(session.record('losses')))).rejects.toThrow(
      'that of the session itself',
    );
    session.end();
    const read = await readSession(folder);
    expect(await lastValueFrom(replay(read, simulator()))).toMatchObject({ identical: true });
    await read.close();
  });

  it('that somebody records is not given to a run', async () => {
    const folder = join(emptyFolder(), 'first');
    const session = openSession(folder);
    const recording = NEVER.pipe(session.record('input')).subscribe();
    await lastValueFrom(noise$.pipe(runOn(session.target(simulator()), net), last()));
    recording.unsubscribe();
    session.end();
    expect(manifestOf(folder).runs[0].input).toBe('input 2');
  });

  it('of marks takes marks of everybody, and nothing else', async () => {
    const session = openSession(join(emptyFolder(), 'marks'));
    const mine = [marks([0], ['lamp'])];
    await lastValueFrom(from(mine).pipe(session.record('marks')));
    const other = of(chunk(0));
    await expect(lastValueFrom(other.pipe(session.record('marks')))).rejects.toThrow(
      'this is no marks, and cannot be in marks',
    );
    session.mark('after');
    session.end();
  });
});

describe('a note', () => {
  it('is on disk after a while, and refused once the session has ended', () => {
    const folder = join(emptyFolder(), 'noted');
    const clock = new TestClock();
    const session = openSession(folder, { clock });
    session.note('gain', 1);
    session.note('gain', 2);
    expect(manifestOf(folder).notes).toEqual({});
    clock.advance(50);
    expect(manifestOf(folder)).toMatchObject({ notes: { gain: 2 }, ended: null });
    session.end();
    expect(() => session.note('gain', 3)).toThrow('the session has ended; the note "gain"');
    expect(manifestOf(folder).notes).toEqual({ gain: 2 });
  });
});

it('a dozen sessions at once hear of the end of the process by one listener', () => {
  const before = process.listenerCount('exit');
  const folder = emptyFolder();
  const all = Array.from({ length: 12 }, (_, i) => openSession(join(folder, `${i}`)));
  expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 1);
  for (const session of all) session.end();
  expect(process.listenerCount('exit')).toBe(before);
});
