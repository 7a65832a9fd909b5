import fc from 'fast-check';
import { concat, from, lastValueFrom, NEVER, Subject, take, throwError, toArray } from 'rxjs';
import {
  type ChipConfig,
  chip,
  DataError,
  DeviceError,
  deploy,
  dynapSim,
  InvalidArgumentError,
  linear,
  type Pipeline,
  pipeline,
  poisson,
  poissonRaster,
  problemText,
  runOn,
  type SpikeRaster,
  spikeRaster,
  UnsupportedPipelineError,
  type VirtualBoardConfig,
  virtualBoard,
} from 'spikeline';
import { lossCounter } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { echoWord } from '#src/chips/dynapse2/event';
import { spied } from '#test/support/links';
import { cut, cuts } from '#test/support/rasters';
import { runs } from '#test/support/runs';
import { settled, TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const net = pipeline(
  linear({
    weight: [
      [8, 4],
      [8, -8],
      [4, 8],
    ],
  }),
  dynapSim({
    neurons: 2,
    recurrent: [
      [0, 2],
      [2, 0],
    ],
    name: 'output',
  }),
);
const input = poissonRaster({ channels: 3, rate: 150, duration: 0.1, seed: 1 });

/** A board on a test's clock, with a chip target that shares the clock. */
async function rig(board: VirtualBoardConfig = {}, config: ChipConfig = {}) {
  const clock = new TestClock(7000);
  const link = spied(await virtualBoard({ seed: 1, clock, ...board }).open());
  return { clock, link, target: chip(link, { clock, ...config }) };
}

/** Runs chunks to their end. */
async function run(
  chunks: readonly SpikeRaster[],
  board: VirtualBoardConfig = {},
  { pipeline: given = net, ...config }: ChipConfig & { pipeline?: Pipeline } = {},
) {
  const { clock, link, target } = await rig(board, config);
  const seen = watch(from(chunks).pipe(runOn(target, given)));
  await clock.runUntil(() => seen.ended !== 'no');
  if (seen.ended === 'errored') throw seen.error;
  return { clock, link, target, values: seen.values };
}

function grids(chunks: readonly SpikeRaster[]) {
  return chunks.map(({ steps, dt, startTime }) => ({ steps, dt, startTime }));
}

function spikes(chunks: readonly SpikeRaster[]): number {
  return chunks.flatMap(({ counts }) => [...counts]).reduce((sum, count) => sum + count, 0);
}

function countsOf(chunks: readonly SpikeRaster[]): number[] {
  return chunks.flatMap(({ counts }) => [...counts]);
}

/** Chunk `index` of 2 ms with a burst in its first bin. */
function burst(index: number, size = 2): SpikeRaster {
  const counts = [size, size, size, 0, 0, 0];
  return spikeRaster({ channels: 3, dt: 1e-3, startTime: index * 2000, counts });
}

describe('a chip on a board that computes four dendrites', () => {
  it('refuses neurons with one synapse and negative weights, which would be silent there', async () => {
    const four = await rig({ model: 'dynapSe2' });
    const why = [expect.stringMatching(/^pipeline is "dynapSim"; .*train dynapSe2 neurons/)];
    expect(four.target.unsupported(net).map(problemText)).toEqual(why);
    const deployed = chip(four.link, { clock: four.clock, deployment: deploy(net) });
    expect(deployed.unsupported(net).map(problemText)).toEqual(why);
    const excited = pipeline(linear({ weight: [[8]] }), dynapSim({ neurons: 1 }));
    expect(four.target.unsupported(excited)).toEqual([]);
    const one = await rig();
    expect(one.target.unsupported(net)).toEqual([]);
    await Promise.all([four.link.close(), one.link.close()]);
  });
});

describe('runOn(chip), case list', () => {
  it('never: nothing comes, nothing ends', async () => {
    const { clock, target } = await rig();
    const seen = watch(NEVER.pipe(runOn(target, net)));
    await clock.runUntil(() => clock.now() > 10_000);
    expect([seen.values, seen.ended]).toEqual([[], 'no']);
    seen.unsubscribe();
  });

  it('empty: completes', async () => {
    expect((await run([])).values).toEqual([]);
  });

  it('one and many: gives as many chunks, on the same bins', async () => {
    for (const sizes of [[], [40, 1, 30]]) {
      const chunks = cut(input, sizes);
      const { values } = await run(chunks);
      expect(grids(values)).toEqual(grids(chunks));
      expect(values.every(({ channels }) => channels === 2)).toBe(true);
      expect(spikes(values)).toBeGreaterThan(5);
    }
  });

  it('an error in the sequence: passes it on and lets go of the board', async () => {
    const { clock, link, target } = await rig();
    const failure = new Error('no signal');
    const source = new Subject<SpikeRaster>();
    const seen = watch(source.pipe(runOn(target, net)));
    source.next(burst(0));
    await clock.runUntil(() => seen.values.length === 1);
    source.error(failure);
    expect([seen.error, link.listeners, clock.waiting]).toEqual([failure, 0, 0]);
    expect(watch(throwError(() => failure).pipe(runOn(target, net))).error).toBe(failure);
  });

  it('endless: can be left early, source and board let go', async () => {
    const { clock, link, target } = await rig();
    const endless = poisson({ channels: 3, rate: 150, seed: 1, chunkSteps: 5, clock });
    const seen = watch(endless.pipe(runOn(target, net), take(3)));
    await clock.runUntil(() => seen.ended === 'completed');
    expect(seen.values).toHaveLength(3);
    expect([link.listeners, clock.waiting, link.closed]).toEqual([0, 0, false]);
  });

  it('early unsubscribe: at any moment, neither listener nor timer is left', async () => {
    for (const moments of [0, 1, 2, 3, 5, 8]) {
      const { clock, link, target } = await rig({ realTime: true });
      const source = new Subject<SpikeRaster>();
      const seen = watch(source.pipe(runOn(target, net)));
      for (const part of cut(input, [10, 10])) source.next(part);
      if (moments > 0) await settled();
      clock.advance(moments);
      seen.unsubscribe();
      await settled();
      expect(link.listeners).toBe(0);
      expect(source.observed).toBe(false);
      // What is left is the board, which keeps time.
      expect(clock.waiting).toBe(1);
      await link.close();
      expect(clock.waiting).toBe(0);
    }
  });
});

describe('chip, as fast as it can', () => {
  it('gives the same spikes however time is cut', async () => {
    const whole = countsOf((await run([input])).values);
    await fc.assert(
      fc.asyncProperty(cuts, async (sizes) => {
        const chunks = cut(input, sizes);
        const { values, target } = await run(chunks);
        expect(grids(values)).toEqual(grids(chunks));
        expect(countsOf(values)).toEqual(whole);
        expect(target.losses.byReason).toEqual({});
      }),
      { numRuns: runs(15) },
    );
  });

  it('runs 500 chunks of one step in a closed loop', async () => {
    const long = poissonRaster({ channels: 3, rate: 150, duration: 0.5, seed: 4 });
    const chunks = cut(long, new Array(500).fill(1));
    const { clock, target } = await rig();
    const source = new Subject<SpikeRaster>();
    const values: SpikeRaster[] = [];
    let completed = false;
    let next = 0;
    const push = (): void => {
      if (next < chunks.length) source.next(chunks[next++]!);
      else source.complete();
    };
    // Each chunk is pushed when the answer to the one before has come.
    source.pipe(runOn(target, net)).subscribe({
      next: (chunk) => {
        expect(next).toBe(values.push(chunk));
        push();
      },
      complete: () => {
        completed = true;
      },
    });
    push();
    await clock.runUntil(() => completed);
    expect(grids(values)).toEqual(grids(chunks));
    expect(countsOf(values)).toEqual(countsOf((await run([long])).values));
    expect(target.losses.byReason).toEqual({});
  });

  it('runs 500 chunks of one step that come all at once', async () => {
    const long = poissonRaster({ channels: 3, rate: 150, duration: 0.5, seed: 4 });
    const chunks = cut(long, new Array(500).fill(1));
    const { values, target } = await run(chunks);
    expect(grids(values)).toEqual(grids(chunks));
    expect(countsOf(values)).toEqual(countsOf((await run([long])).values));
    expect(target.losses.byReason).toEqual({});
  });

  it('takes a gap between two chunks as silence in which time passes', async () => {
    const [a, b, c] = cut(input, [20, 30]) as [SpikeRaster, SpikeRaster, SpikeRaster];
    const silent = { ...b, counts: new Uint32Array(b.counts.length) };
    const gap = await run([a, c]);
    const silence = await run([a, silent, c]);
    expect(grids(gap.values)).toEqual(grids([a, c]));
    expect(gap.values).toEqual([silence.values[0], silence.values[2]]);
    // What fires in the gap has no chunk to be in, but is counted.
    expect(gap.target.losses.byReason['unbinned'] ?? 0).toBe(spikes([silence.values[1]!]));
  });

  it('runs the silence before the first event too', async () => {
    const restless = pipeline(
      linear({ weight: [[8], [8], [8]] }),
      dynapSim({ neurons: 1, Idc: 1e-10 }),
    );
    const silent = spikeRaster({ channels: 3, dt: 1e-3, counts: { steps: 100 } });
    const counts = silent.counts.slice();
    counts[90 * 3] = 1;
    const beginning = (chunk: SpikeRaster | undefined) => [...chunk!.counts.subarray(0, 90)];
    const nothing = await run([silent], {}, { pipeline: restless });
    const late = await run([{ ...silent, counts }], {}, { pipeline: restless });
    expect(beginning(nothing.values[0])).toContain(1);
    expect(beginning(late.values[0])).toEqual(beginning(nothing.values[0]));
  });

  it('keeps bins where they are, whatever the board clock says and when it wraps', async () => {
    const whole = countsOf((await run([input])).values);
    for (const startTime of [2 ** 32 - 50_000, 2 ** 32 - 50_123, 2 ** 32 + 17, 499]) {
      const { values, link } = await run(cut(input, [40]), { startTime });
      expect(countsOf(values)).toEqual(whole);
      expect(link.statistics.delivered).toBe(link.statistics.sent);
    }
  });

  it('keeps the stream time of its input, wherever it starts', async () => {
    const whole = countsOf((await run([input])).values);
    for (const startTime of [-5_000_000, 333, 2 ** 33 + 1]) {
      const shifted = { ...input, startTime };
      const { values } = await run([shifted]);
      expect(values[0]!.startTime).toBe(startTime);
      expect(countsOf(values)).toEqual(whole);
    }
  });

  it('runs again on the same link, from rest', async () => {
    const { clock, target, link } = await rig();
    const results: number[][] = [];
    for (let i = 0; i < 3; i++) {
      const seen = watch(from(cut(input, [60])).pipe(runOn(target, net)));
      await clock.runUntil(() => seen.ended === 'completed');
      results.push(countsOf(seen.values));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    expect(link.configured).toBe(3);
  });

  it('leaves the link open, and no listener or timer, when it completes', async () => {
    const { link, clock } = await run([input]);
    expect([link.closed, link.listeners, clock.waiting]).toEqual([false, 0, 0]);
  });
});

describe('chip, what cannot be', () => {
  it('refuses a pipeline with all reasons before anything runs', async () => {
    const { link, target, clock } = await rig();
    const rows = Array.from({ length: 65 }, () => [1, ...new Array(4096).fill(0)]);
    const large = pipeline(linear({ weight: rows }), dynapSim({ neurons: 4097, Idc: 1 }));
    try {
      runOn(target, large);
      expect.unreachable();
    } catch (cause) {
      expect(cause).toBeInstanceOf(UnsupportedPipelineError);
      const { reasons, problems } = cause as UnsupportedPipelineError;
      expect(problems).toEqual(target.unsupported(large));
      expect(reasons).toContainEqual(expect.stringContaining('4097 neurons need 17 cores'));
      expect(reasons).toContainEqual(expect.stringMatching(/65 .*64|64 .*65/));
      expect(reasons).toContainEqual(expect.stringContaining('Idc'));
    }
    expect([link.configured, link.listeners, clock.waiting]).toEqual([0, 0, 0]);
  });

  it('refuses a deployment that does not belong to the pipeline', async () => {
    const { link } = await rig();
    const other = pipeline(linear({ weight: [[1], [1]] }), dynapSim({ neurons: 1, dt: 2e-3 }));
    const target = chip(link, { deployment: deploy(other) });
    expect(target.unsupported(other)).toEqual([]);
    expect(target.unsupported(net).map(problemText)).toEqual([
      expect.stringMatching(/2; .*3/),
      expect.stringMatching(/1; .*2/),
      expect.stringMatching(/0\.002; .*0\.001/),
    ]);
  });

  it('uses the deployment that it is given', async () => {
    const deployment = deploy(net, {
      hardware: [200, 17].map((neuron) => ({ chip: 0, core: 0, neuron })),
    });
    const { values, target } = await run([input], {}, { deployment });
    expect(spikes(values)).toBeGreaterThan(5);
    expect(target.losses.byReason).toEqual({});
  });

  it('refuses a lookAhead that no time can be, when it is built', async () => {
    const { link } = await rig();
    for (const lookAhead of [-1e-3, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => chip(link, { lookAhead })).toThrow(InvalidArgumentError);
      expect(() => chip(link, { lookAhead })).toThrow(`lookAhead is ${lookAhead}`);
    }
  });

  const bad: Record<string, SpikeRaster> = {
    'another width': { ...burst(1), channels: 2, steps: 3 },
    'another dt': { ...burst(1), dt: 2e-3 },
    'a dt that is no number': { ...burst(1), dt: Number.NaN },
    'a start that is no number': { ...burst(1), startTime: Number.NaN },
    'a chunk that goes back in time': burst(0),
    'a chunk that overlaps the last one': { ...burst(1), startTime: 1000 },
  };
  for (const [title, chunk] of Object.entries(bad)) {
    it(`errors on ${title} and lets go of everything`, async () => {
      const { clock, link, target } = await rig();
      const source = new Subject<SpikeRaster>();
      const seen = watch(source.pipe(runOn(target, net)));
      source.next(burst(0));
      await clock.runUntil(() => seen.values.length === 1);
      source.next(chunk);
      expect(seen.error).toBeInstanceOf(DataError);
      expect(source.observed).toBe(false);
      expect([link.listeners, link.closed]).toEqual([0, false]);
      clock.advance(5);
      expect(clock.waiting).toBe(0);
    });
  }
});

describe('chip, when the board goes', () => {
  const ways = {
    'is closed': (link: Awaited<ReturnType<typeof rig>>['link']) => void link.close(),
    'is unplugged': (link: Awaited<ReturnType<typeof rig>>['link']) => link.unplug(),
  };
  for (const [title, lose] of Object.entries(ways)) {
    for (const realTime of [false, true]) {
      const mode = realTime ? 'in real time' : 'as fast as it can';
      it(`errors when the link ${title} in mid-run, ${mode}`, async () => {
        const { clock, link, target } = await rig({ realTime });
        const source = concat(from(cut(input, [2, 2])), NEVER);
        const seen = watch(source.pipe(runOn(target, net)));
        await clock.runUntil(() => seen.values.length > 0);
        lose(link);
        await settled();
        expect(seen.error).toBeInstanceOf(DeviceError);
        expect((seen.error as DeviceError).code).toBe('disconnected');
        expect([link.listeners, clock.waiting]).toEqual([0, 0]);
      });

      it(`errors when the link ${title} before it is configured, ${mode}`, async () => {
        const { clock, link, target } = await rig({ realTime });
        const seen = watch(concat(from([input]), NEVER).pipe(runOn(target, net)));
        lose(link);
        await settled();
        expect(seen.error).toMatchObject({ name: 'DeviceError', code: 'disconnected' });
        expect([link.listeners, clock.waiting]).toEqual([0, 0]);
      });
    }

    it(`errors when the link ${title} before it is subscribed`, async () => {
      const { clock, link, target } = await rig();
      const output = from([input]).pipe(runOn(target, net));
      lose(link);
      const seen = watch(output);
      await settled();
      expect(seen.error).toMatchObject({ name: 'DeviceError', code: 'disconnected' });
      expect(clock.waiting).toBe(0);
    });
  }

  it('keeps the cause', async () => {
    const { clock, link, target } = await rig();
    const seen = watch(concat(from([input]), NEVER).pipe(runOn(target, net)));
    await clock.runUntil(() => seen.values.length === 1);
    link.unplug();
    expect((seen.error as DeviceError).cause).toMatchObject({ code: 'disconnected' });
  });
});

describe('chip, what is lost is counted', () => {
  it('not: spikes of a hidden population, which are no loss', async () => {
    const deep = pipeline(
      linear({ weight: [[8], [8], [8]] }),
      dynapSim({ neurons: 1, name: 'hidden' }),
      linear({ weight: [[8]] }),
      dynapSim({ neurons: 1, name: 'output' }),
    );
    const { values, target, link } = await run([input], {}, { pipeline: deep });
    expect(target.losses.byReason).toEqual({});
    expect(link.statistics.received).toBeGreaterThan(spikes(values) + 2);
  });

  it('unknownWord: events of nothing that is in the pipeline', async () => {
    const { clock, link, target } = await rig();
    const source = new Subject<SpikeRaster>();
    const seen = watch(source.pipe(runOn(target, net)));
    source.next(burst(0));
    await clock.runUntil(() => seen.values.length === 1);
    link.send({ timestamps: Uint32Array.of(2000), words: Uint32Array.of(echoWord) });
    source.next(burst(1));
    await clock.runUntil(() => seen.values.length === 2);
    expect(target.losses.byReason).toEqual({ unknownWord: 1 });
  });

  it('dropped: events that the input FIFO had no room for', async () => {
    const losses = lossCounter();
    const board = { inputCapacity: 16, realTime: true };
    const { link, target, values } = await run([burst(0, 20), burst(1)], board, { losses });
    const { sent, delivered, late, dropped } = link.statistics;
    expect(target.losses).toBe(losses);
    expect(sent).toBe(66);
    expect(dropped).toBeGreaterThan(0);
    expect(delivered).toBeGreaterThan(0);
    expect(delivered + late + dropped).toBe(sent);
    expect(losses.byReason['dropped']).toBe(dropped);
    expect(values).toHaveLength(2);
  });

  it('overflowed: events that the output FIFO had no room for', async () => {
    const { clock, link, target } = await rig({ realTime: true, outputCapacity: 1 });
    const seen = watch(from([input, { ...input, startTime: 100_000 }]).pipe(runOn(target, net)));
    await clock.runUntil(() => link.statistics.delivered > 10);
    clock.stall(50);
    await clock.runUntil(() => seen.ended !== 'no');
    expect(seen.ended).toBe('completed');
    expect(link.statistics.overflowed).toBeGreaterThan(0);
    expect(target.losses.byReason['overflowed']).toBe(link.statistics.overflowed);
  });

  it('counts only what was lost in its own runs', async () => {
    const { clock, link } = await rig({ inputCapacity: 16, realTime: true });
    for (let i = 0; i < 2; i++) {
      const before = link.statistics.dropped;
      const target = chip(link, { clock });
      const seen = watch(from([burst(0, 20), burst(1)]).pipe(runOn(target, net)));
      await clock.runUntil(() => seen.ended !== 'no');
      expect(target.losses.byReason['dropped']).toBe(link.statistics.dropped - before);
      expect(link.statistics.dropped).toBeGreaterThan(before);
    }
  });
});

describe('chip, in real time', () => {
  it('delivers every event on time', async () => {
    const { clock, values, link, target } = await run(cut(input, [10, 20]), { realTime: true });
    const { sent, delivered, late, dropped } = link.statistics;
    expect(sent).toBeGreaterThan(20);
    expect({ delivered, late, dropped }).toEqual({ delivered: sent, late: 0, dropped: 0 });
    expect(grids(values)).toEqual(grids(cut(input, [10, 20])));
    expect(spikes(values)).toBeGreaterThan(5);
    expect(target.losses.byReason).toEqual({});
    // 100 ms of input, after 5 ms of look-ahead.
    expect(clock.now() - 7000).toBeGreaterThanOrEqual(105);
    expect(clock.now() - 7000).toBeLessThan(112);
  });

  it('gives each chunk when its time is over, not before', async () => {
    const { clock, target } = await rig({ realTime: true });
    const times: number[] = [];
    let completed = false;
    from(cut(input, [20, 20, 20, 20]))
      .pipe(runOn(target, net))
      .subscribe({
        next: () => times.push(clock.now() - 7000),
        complete: () => {
          completed = true;
        },
      });
    await clock.runUntil(() => completed);
    for (const [i, time] of times.entries()) {
      expect(time).toBeGreaterThanOrEqual(5 + 20 * (i + 1));
      expect(time).toBeLessThan(5 + 20 * (i + 1) + 7);
    }
  });

  it('delivers on time although the first chunk comes long after the subscription', async () => {
    const { clock, link, target } = await rig({ realTime: true });
    const source = new Subject<SpikeRaster>();
    const seen = watch(source.pipe(runOn(target, net)));
    await clock.runUntil(() => clock.now() > 9500);
    for (const part of cut(input, [10])) source.next(part);
    source.complete();
    await clock.runUntil(() => seen.ended !== 'no');
    const { sent, delivered, late } = link.statistics;
    expect([delivered, late]).toEqual([sent, 0]);
    expect(spikes(seen.values)).toBeGreaterThan(5);
  });

  it('keeps up with a live source', async () => {
    const { clock, link, target } = await rig({ realTime: true });
    const live = poisson({ channels: 3, rate: 150, duration: 0.2, seed: 2, chunkSteps: 10, clock });
    const seen = watch(live.pipe(runOn(target, net)));
    await clock.runUntil(() => seen.ended !== 'no');
    expect(seen.values).toHaveLength(20);
    const { sent, delivered, late, dropped } = link.statistics;
    expect([delivered, late, dropped]).toEqual([sent, 0, 0]);
    expect(target.losses.byReason).toEqual({});
  });

  it('counts what a stalled host sends too late, and loses none of it', async () => {
    const long = poissonRaster({ channels: 3, rate: 150, duration: 0.3, seed: 3 });
    for (const sizes of [[], new Array(300).fill(1)]) {
      const { clock, link } = await rig({ realTime: true });
      const host = clock.host();
      // Answers reach a host that is busy as late as all else does.
      const answers: typeof link = Object.assign(Object.create(link), {
        whenReached: undefined,
        async time(at?: number) {
          const time = await link.time(at);
          await new Promise<void>((resolve) => host.schedule(() => resolve()));
          return time;
        },
      });
      const target = chip(answers, { clock: host, policy: 'replace' });
      const seen = watch(from(cut(long, sizes)).pipe(runOn(target, net)));
      await clock.runUntil(() => link.statistics.delivered > 20);
      host.stall(100);
      await clock.runUntil(() => seen.ended !== 'no');
      const { sent, delivered, late, dropped } = link.statistics;
      expect(seen.ended).toBe('completed');
      expect(sent).toBe(spikes([long]));
      expect(late).toBeGreaterThan(10);
      // Only what fell into the stall is late.
      expect(late).toBeLessThan(sent * (110 / 300) * 1.5);
      expect([dropped, delivered + late]).toEqual([0, sent]);
      expect(target.losses.byReason['late']).toBe(late);
      expect(grids(seen.values)).toEqual(grids(cut(long, sizes)));
    }
  });

  it('loses nothing when host and board stall together', async () => {
    const long = poissonRaster({ channels: 3, rate: 150, duration: 0.3, seed: 3 });
    const { clock, link, target } = await rig({ realTime: true });
    const seen = watch(from(cut(long, new Array(300).fill(1))).pipe(runOn(target, net)));
    await clock.runUntil(() => link.statistics.delivered > 20);
    clock.stall(100);
    await clock.runUntil(() => seen.ended !== 'no');
    const { sent, delivered, late, dropped } = link.statistics;
    expect([seen.ended, seen.values.length]).toEqual(['completed', 300]);
    expect([sent, delivered + late, dropped]).toEqual([spikes([long]), sent, 0]);
    expect(target.losses.byReason['late'] ?? 0).toBe(late);
  });

  it('goes through a wrap of the board clock', async () => {
    const startTime = 2 ** 32 - 60_000;
    const { link, values } = await run([input], { realTime: true, startTime });
    const { sent, delivered, late } = link.statistics;
    expect([delivered, late]).toEqual([sent, 0]);
    expect(spikes(values)).toBeGreaterThan(5);
  });

  it('gives up on a board that falls silent', async () => {
    const { clock, link, target } = await rig({ realTime: true });
    const deaf = Object.assign(Object.create(link) as typeof link, {
      time: () => new Promise(() => {}),
    });
    const seen = watch(from([input]).pipe(runOn(chip(deaf, { clock }), net)));
    await clock.runUntil(() => seen.ended !== 'no', 3000);
    expect(seen.error).toMatchObject({ name: 'DeviceError', code: 'timed-out' });
    expect(link.listeners).toBe(0);
    expect(target.losses.total).toBe(0);
  });
});

describe('two pipelines on one link', () => {
  it('are refused while the first runs, and follow each other afterwards', async () => {
    const link = await virtualBoard({ mismatch: { fraction: 0 } }).open();
    const net = pipeline(linear({ weight: [[6]] }), dynapSim({ neurons: 1 }));
    const noise$ = poisson({ channels: 1, rate: 200, duration: 0.1, seed: 1 });
    const once = () => lastValueFrom(noise$.pipe(runOn(chip(link), net), toArray()));
    const [first, second] = await Promise.allSettled([once(), once()]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'busy' } });
    expect(await once()).toHaveLength(1);
    await link.close();
  });
});
