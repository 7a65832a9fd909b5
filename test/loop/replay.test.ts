import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  concatMap,
  from,
  lastValueFrom,
  of,
  reduce,
  Subject,
  take,
  takeWhile,
  toArray,
} from 'rxjs';
import {
  chip,
  DeviceError,
  dynapSim,
  InvalidArgumentError,
  linear,
  type Pipeline,
  pipeline,
  poisson,
  referenceEngine,
  runOn,
  type SpikeRaster,
  simulator,
  type Target,
  toEvents,
  UnsupportedPipelineError,
  virtualBoard,
} from 'spikeline';
import { channels } from 'spikeline/events';
import {
  closeLoop,
  inSession,
  openSession,
  protocol,
  type ReplayReport,
  readSession,
  recordSession,
  replay,
  startProtocol,
} from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { replayText } from '#cli/session/text';
import { replayRun } from '#src/sessions/replay';
import { spikeComparison } from '#src/sessions/spike-distance';
import { anyPipeline } from '#test/pipeline/arbitraries';
import { emptyFolder } from '#test/support/folders';
import { runs } from '#test/support/runs';

const net = pipeline(
  linear({
    weight: [
      [9, 2],
      [1, 9],
    ],
  }),
  dynapSim({ neurons: 2, name: 'output' }),
);
const noise$ = poisson({ channels: 2, rate: 120, duration: 0.2, seed: 5, chunkSteps: 20 });

/** Records a run of noise. */
async function recorded(
  target: Target = simulator(),
  options: object = {},
  input$ = noise$,
  own: Pipeline = net,
): Promise<string> {
  const folder = emptyFolder();
  const run$ = inSession(folder, {}, (session) =>
    input$.pipe(runOn(session.target(target), own, options as never)),
  );
  await lastValueFrom(run$, { defaultValue: undefined });
  return folder;
}

/** A bias that makes synapses of the first core slower. */
const slower = { chip: 0, core: 0, name: 'DEAM_ETAU_P' } as const;

/** Replays it, to the end. */
async function replayed(folder: string, target: Target, options = {}): Promise<ReplayReport> {
  const session = await readSession(folder);
  return lastValueFrom(replay(session, target, options)).finally(() => session.close());
}

describe('a replay on the simulator', () => {
  it('is the session to the last bit: rasters, signals by name, resets', async () => {
    const record = ['output', 'output:imem'];
    const folder = await recorded(simulator(), { record, resetOn: 'chunk' });
    const report = await replayed(folder, simulator());
    expect(report).toMatchObject({ done: true, identical: true, distance: 0, inputs: 10 });
    expect(report.signals['output']).toMatchObject({ identical: true, shifted: 0 });
    expect((report.signals['output'] as { recorded: number }).recorded).toBeGreaterThan(10);
    expect(report.signals['output:imem']).toMatchObject({ identical: true, recorded: 400 });
  });

  it('says what a target threw that could not start', async () => {
    const session = await readSession(await recorded());
    const broken: Target = {
      ...simulator(),
      start() {
        throw new Error('the arm is stuck');
      },
    };
    await expect(lastValueFrom(replay(session, broken))).rejects.toThrow('the arm is stuck');
    const nothing: Target = { ...simulator(), start: () => 1 as never };
    await expect(lastValueFrom(replay(session, nothing))).rejects.toThrow('gave no run');
    await session.close();
  });

  it('is the session for packets of events, with the bin that had begun', async () => {
    const events$ = noise$.pipe(toEvents()) as never;
    const folder = await recorded(simulator(), {}, events$);
    expect(await replayed(folder, simulator())).toMatchObject({ identical: true, cutOff: false });
  });

  it('is the session for any pipeline and any cut', () =>
    fc.assert(
      fc.asyncProperty(
        anyPipeline.filter(({ dt }) => dt > 1e-5),
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 1, max: 40 }),
        async (any, seed, chunkSteps) => {
          const { dt, channelsIn } = any;
          const random$ = poisson({
            channels: channelsIn,
            rate: 0.3 / dt,
            duration: 40 * dt,
            dt,
            seed,
            chunkSteps,
          });
          // The kernel does not hold every weight.
          const target = simulator({ engine: referenceEngine });
          const folder = await recorded(target, {}, random$, any);
          const report = await replayed(folder, target);
          expect(report).toMatchObject({ identical: true, distance: 0 });
        },
      ),
      { numRuns: runs(12, 6) },
    ));

  it('is as much of it as there is, where the session was cut off', async () => {
    const folder = emptyFolder();
    const source$ = new Subject<SpikeRaster>();
    const rasters: SpikeRaster[] = [];
    noise$.subscribe((one) => rasters.push(one));
    await lastValueFrom(noise$);
    const subscription = inSession(folder, {}, (session) =>
      source$.pipe(runOn(session.target(simulator()), net)),
    ).subscribe();
    for (const one of rasters.slice(0, 4)) source$.next(one);
    subscription.unsubscribe();
    const report = await replayed(folder, simulator());
    expect(report).toMatchObject({ identical: true, cutOff: true, inputs: 4 });
  });

  it('differs if the target does, and says by how much', async () => {
    const folder = await recorded();
    const late: Target = {
      ...simulator(),
      start(own, observer, request) {
        const next = (output: never): void => {
          const { counts, ...grid } = output as SpikeRaster;
          const moved = counts.map((_, i) => counts[i - 2] ?? 0);
          observer.next({ ...grid, counts: moved });
        };
        return simulator().start(
          own,
          { ...observer, error: observer.error, complete: observer.complete, next } as never,
          request,
        );
      },
    };
    const exact = await replayed(folder, late);
    expect(exact.identical).toBe(false);
    expect(exact.distance).toBeGreaterThan(0.5);
    const loose = await replayed(folder, late, { within: 1e-3 });
    expect(loose.identical).toBe(false);
    expect(loose.distance).toBeLessThan(0.1);
    const { matched, shifted } = loose.signals['output'] as { matched: number; shifted: number };
    expect(shifted).toBe(matched);
  });
});

describe('a replay on a board', () => {
  it('is the session on the same piece of silicon, and at a distance on another', async () => {
    const on = async (seed: number, use: (target: Target) => Promise<unknown>) => {
      const link = await virtualBoard({ seed, mismatch: { fraction: 0.3 } }).open();
      return use(chip(link)).finally(() => link.close());
    };
    let folder = '';
    await on(1, async (target) => {
      folder = await recorded(target);
    });
    const same = (await on(1, (target) => replayed(folder, target))) as ReplayReport;
    expect(same).toMatchObject({ identical: true, recordedOn: 'chip' });
    const other = (await on(2, (target) => replayed(folder, target))) as ReplayReport;
    expect(other.identical).toBe(false);
    expect(other.distance).toBeGreaterThan(0);
    expect(other.distance).toBeLessThanOrEqual(1);
  });

  /** A loop on a chip in immediate mode, in which a protocol changes the chip if it is told to; its session and what it fired. */
  async function immediateLoop(changed: boolean): Promise<{ folder: string; fired: number }> {
    const folder = emptyFolder();
    const session = recordSession(folder);
    const link = await virtualBoard({ seed: 1, mismatch: { fraction: 0.3 } }).open();
    const tau = { ...slower, setting: { coarse: 1, fine: 20 } };
    const trial = protocol([
      { name: 'before', duration: 0.1 },
      { name: 'after', duration: 0.1, ...(changed && { update: { biases: [tau] } }) },
    ]);
    const update = (delta: never) => link.update(delta);
    const loop$ = closeLoop({
      target: chip(link, { mode: 'immediate' }),
      net,
      environment: { reset: () => 0, step: (spikes: number) => ({ observation: spikes }) },
      encode: (_, { step }) => [Number(step % 4 === 0), Number(step % 3 === 0)],
      decode: ({ counts }) => counts[0]! + counts[1]!,
      stimulus: startProtocol(trial, { channels: 2, session, update }),
      session,
    });
    const fired = await lastValueFrom(loop$.pipe(reduce((sum, { action }) => sum + action, 0)));
    await link.close();
    return { folder, fired };
  }

  it('gives a loop in immediate mode again on the same silicon, its inputs at their times', async () => {
    const { folder, fired } = await immediateLoop(false);
    expect(fired).toBeGreaterThan(10);
    const on = async (seed: number) => {
      const link = await virtualBoard({ seed, mismatch: { fraction: 0.3 } }).open();
      return replayed(folder, chip(link), { within: 2e-3 }).finally(() => link.close());
    };
    expect(await on(1)).toMatchObject({ identical: true, distance: 0, changes: 0 });
    const other = await on(2);
    expect(other.identical).toBe(false);
    expect(other.distance).toBeGreaterThan(0);
    const link = await virtualBoard().open();
    const target = chip(link, { mode: 'immediate' });
    const session = await readSession(folder);
    expect(() => replay(session, target)).toThrow(/without immediate mode/);
    await session.close();
    await link.close();
  });

  const silicon = { seed: 1, mismatch: { fraction: 0.3 } };

  it('repeats what a protocol changed on the chip in mid-run, at its time', async () => {
    const { folder, fired } = await immediateLoop(true);
    expect(fired).not.toBe((await immediateLoop(false)).fired);
    const link = await virtualBoard(silicon).open();
    const report = await replayed(folder, chip(link)).finally(() => link.close());
    expect(report).toMatchObject({ identical: true, distance: 0, changes: 1, repeated: 1 });
    const text = replayText({ ...report, limit: 0.1, near: true });
    expect(text).toContain('1 change of the chip in mid-run, repeated');
    expect(link.updates).toMatchObject([{ time: 100_000, delta: { biases: [{ core: 0 }] } }]);
  });

  it('says where changes are not repeated: on no chip, and of sessions that only mark them', async () => {
    const { folder } = await immediateLoop(true);
    const off = { changes: 1, repeated: 0 };
    const simulated = await replayed(folder, simulator());
    expect(simulated).toMatchObject(off);
    const text = replayText({ ...simulated, limit: 0.1, near: false });
    expect(text).toContain('1 change of the chip in mid-run, not repeated');
    // As it was written before there was a stream of changes.
    const file = join(folder, 'session.json');
    const { runs: ran, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
    const old = ran.map(({ updates, ...run }: { updates: string }) => run);
    writeFileSync(file, JSON.stringify({ ...rest, runs: old }));
    const link = await virtualBoard(silicon).open();
    const report = await replayed(folder, chip(link)).finally(() => link.close());
    expect(report).toMatchObject({ ...off, identical: false });
  });

  /** Records rasters on a chip that is changed when so many outputs have come; gives the folder and when that took effect. */
  async function changedRun(
    rasters: readonly SpikeRaster[],
    after: readonly number[],
    options = {},
  ) {
    const link = await virtualBoard(silicon).open();
    const source$ = new Subject<SpikeRaster>();
    const folder = emptyFolder();
    const going = [...rasters];
    let outputs = 0;
    const run$ = inSession(folder, {}, (session) =>
      source$.pipe(runOn(session.target(chip(link)), net, options)),
    );
    const push = (): void => {
      const next = going.shift();
      if (next === undefined) source$.complete();
      else source$.next(next);
    };
    const ended = lastValueFrom(
      run$.pipe(
        concatMap(async () => {
          outputs++;
          const fine = 20 + 30 * outputs;
          const delta = { biases: [{ ...slower, setting: { coarse: 1, fine } }] };
          if (after.includes(outputs)) await link.update(delta);
          push();
        }),
      ),
    );
    push();
    await ended;
    const times = link.updates.map(({ time }) => time);
    await link.close();
    return { folder, times };
  }

  it.each([
    ['in one run', {}],
    ['with rest between its inputs, which undoes them', { resetOn: 'chunk' }],
  ])('repeats several changes %s', async (_, options) => {
    const rasters = await lastValueFrom(noise$.pipe(toArray()));
    const { folder, times } = await changedRun(rasters, [2, 5, 6], options);
    expect(times).toHaveLength(3);
    const link = await virtualBoard(silicon).open();
    const report = await replayed(folder, chip(link));
    expect(report).toMatchObject({ identical: true, changes: 3, repeated: 3 });
    expect(link.updates.map(({ time }) => time)).toEqual(times);
    await link.close();
  });

  it('parts inputs in which the chip was changed', async () => {
    const rasters = await lastValueFrom(noise$.pipe(toArray()));
    const { folder, times } = await changedRun(rasters, [3]);
    // The same spikes in one raster, as whoever recorded them might have cut them.
    const counts = Uint32Array.from(rasters.flatMap((one) => [...one.counts]));
    const inOne = { ...rasters[0]!, steps: counts.length / 2, counts };
    const whole = await recorded(simulator(), {}, of(inOne));
    const session = await readSession(folder);
    const other = await readSession(whole);
    const [run] = session.runs;
    const recording = {
      ...session.recording,
      streams: session.recording.streams,
      items: ({ streams }: { streams: string[] }) =>
        streams[0] === 'input'
          ? other.recording.items({ streams })
          : session.recording.items({ streams }),
    };
    const link = await virtualBoard(silicon).open();
    const plan = { target: chip(link), run: run!, within: 0 };
    const reports = replayRun({ ...session, recording } as never, plan);
    let last: ReplayReport | undefined;
    for await (const report of reports) last = report;
    expect(last).toMatchObject({ inputs: 1, identical: true, changes: 1, repeated: 1 });
    expect(link.updates.map(({ time }) => time)).toEqual(times);
    await Promise.all([link.close(), session.close(), other.close()]);
  });

  it('records what is changed in a replay, so that it can be replayed', async () => {
    const { folder } = await immediateLoop(true);
    const again = emptyFolder();
    const session = await readSession(folder);
    const link = await virtualBoard(silicon).open();
    const copy = openSession(again);
    await lastValueFrom(replay(session, copy.target(chip(link)), {}));
    copy.end();
    await Promise.all([session.close(), link.close()]);
    const third = await virtualBoard(silicon).open();
    const report = await replayed(again, chip(third)).finally(() => third.close());
    expect(report).toMatchObject({ identical: true, changes: 1, repeated: 1 });
  });

  it('ends in the error of a chip that cannot be changed like this', async () => {
    const { folder } = await immediateLoop(true);
    const link = await virtualBoard({ ...silicon }).open();
    const broken = {
      ...link,
      update: () => Promise.reject(new DeviceError('unsupported', 'this board stays as it is')),
    };
    const given = Object.setPrototypeOf(broken, link) as typeof link;
    await expect(replayed(folder, chip(given))).rejects.toThrow('this board stays as it is');
    const fixed = Object.create(link, { update: { value: undefined } }) as typeof link;
    const report = await replayed(folder, chip(fixed)).finally(() => link.close());
    expect(report).toMatchObject({ changes: 1, repeated: 0 });
  });

  it('refuses a session whose changes are none', async () => {
    const folder = emptyFolder();
    const session = openSession(folder);
    await lastValueFrom(noise$.pipe(runOn(session.target(simulator()), net)));
    const labels = of({ timestamps: Float64Array.of(0), labels: ['{"delta":7}'], until: 0 });
    await lastValueFrom(labels.pipe(session.record('updates 2')));
    session.end();
    const file = join(folder, 'session.json');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('"updates": "updates"', '"updates": "updates 2"'),
    );
    await expect(replayed(folder, simulator())).rejects.toThrow(
      /updates 2 holds no change of a chip/,
    );
    writeFileSync(file, readFileSync(file, 'utf8').replace('"updates 2"', '"input"'));
    await expect(replayed(folder, simulator())).rejects.toThrow(/input holds raster/);
  });
});

describe('a replay', () => {
  it('emits reports on its way, and stops the target when it is left', async () => {
    const one$ = poisson({ channels: 2, rate: 120, duration: 1, seed: 5, chunkSteps: 1 });
    const folder = await recorded(simulator(), {}, one$);
    const session = await readSession(folder);
    let stopped = 0;
    const target: Target = {
      ...simulator(),
      start(...given) {
        const run = simulator().start(...given);
        return {
          ...run,
          stop() {
            stopped++;
            run.stop();
          },
        };
      },
    };
    const reports: ReplayReport[] = [];
    await lastValueFrom(
      replay(session, target).pipe(
        take(2),
        takeWhile((each) => reports.push(each) > 0),
      ),
    );
    expect(reports.map(({ inputs, done }) => [inputs, done])).toEqual([
      [256, false],
      [512, false],
    ]);
    expect(reports.every(({ identical }) => identical)).toBe(true);
    await new Promise(setImmediate);
    expect(stopped).toBe(1);
    await session.close();
  });

  it('ends in the error of its target, and of a session that is closed', async () => {
    const folder = await recorded();
    const broken: Target = {
      ...simulator(),
      start(_, observer) {
        const run = {
          push: () => observer.error(new Error('broken')),
          reset() {},
          end() {},
          stop() {},
        };
        return run;
      },
    };
    await expect(replayed(folder, broken)).rejects.toThrow('broken');
    const session = await readSession(folder);
    await session.close();
    await expect(lastValueFrom(replay(session, simulator()))).rejects.toThrow(/closed/);
    const blind = {
      ...simulator(),
      unsupported: () => [{ path: 'x', code: 'unsupported', needed: 'eyes' }],
    };
    await expect(replayed(folder, blind as never)).rejects.toThrow(UnsupportedPipelineError);
  });

  it('does not pass where nothing can be read of what went in', async () => {
    const folder = await recorded();
    const path = join(folder, 'streams.spk');
    const bytes = readFileSync(path);
    const damaged = Buffer.from(bytes);
    damaged[bytes.length >> 1]! ^= 8;
    for (const left of [bytes.subarray(0, bytes.length >> 1), damaged]) {
      writeFileSync(path, left);
      await expect(replayed(folder, simulator())).rejects.toThrow(/nothing was compared/);
    }
    // Without its last bytes it is whole, but for its index.
    writeFileSync(path, bytes.subarray(0, bytes.length - 9));
    const report = await replayed(folder, simulator());
    expect(report).toMatchObject({ identical: true, cutOff: true, inputs: 10 });
  });

  it('is refused with all reasons at once', async () => {
    const session = await readSession(await recorded());
    expect(() => replay(7 as never, 8 as never, { run: -1, within: -1 })).toThrow(
      InvalidArgumentError,
    );
    expect(() => replay(session, simulator(), { run: 1 })).toThrow(/run is 1; 1 were/);
    await session.close();
    const empty = emptyFolder();
    openSession(empty).end();
    const without = await readSession(empty);
    expect(() => replay(without, simulator())).toThrow(/no run of a pipeline was recorded/);
    await without.close();
  });
});

describe('the distance of spikes', () => {
  const train = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2 })), {
      maxLength: 25,
    })
    .map((events) => events.toSorted(([a], [b]) => a - b));

  /** As many pairs as can be, by trying: the largest matching of each channel (Kuhn 1955). */
  function mostPairs(a: [number, number][], b: [number, number][], within: number): number {
    const partner = new Map<number, number>();
    const find = (i: number, seen: Set<number>): boolean =>
      b.some(([time, channel], j) => {
        const [own, ownChannel] = a[i]!;
        if (seen.has(j) || channel !== ownChannel || Math.abs(time - own) > within) return false;
        seen.add(j);
        const other = partner.get(j);
        if (other !== undefined && !find(other, seen)) return false;
        partner.set(j, i);
        return true;
      });
    return a.filter((_, i) => find(i, new Set())).length;
  }

  it('pairs as many as can be paired', () =>
    fc.assert(
      fc.property(train, train, fc.integer({ min: 0, max: 6 }), (a, b, within) => {
        const packet = (events: [number, number][]) => ({
          timestamps: Float64Array.from(events, ([time]) => time),
          addresses: Uint32Array.from(events, ([, channel]) => channel),
          space: channels(3),
          until: 41,
        });
        const comparison = spikeComparison(within);
        comparison.recorded(packet(a));
        comparison.replayed(packet(b));
        const { matched, distance, recorded: was, replayed: is } = comparison.distance();
        expect([was, is]).toEqual([a.length, b.length]);
        expect(matched).toBe(mostPairs(a, b, within));
        const total = a.length + b.length;
        expect(distance).toBe(total === 0 ? 0 : 1 - (2 * matched) / total);
      }),
      { numRuns: runs(100) },
    ));
});

it('what a session holds of several runs is replayed one by one', async () => {
  const folder = emptyFolder();
  const session = openSession(folder);
  const target = session.target(simulator());
  await lastValueFrom(from([net, net]).pipe(concatMap((own) => noise$.pipe(runOn(target, own)))));
  session.end();
  for (const run of [0, 1]) {
    expect(await replayed(folder, simulator(), { run })).toMatchObject({ identical: true });
  }
});
