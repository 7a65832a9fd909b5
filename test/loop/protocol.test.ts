import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { lastValueFrom, type Observable, Subject, take, tap, toArray } from 'rxjs';
import {
  dynapSim,
  InvalidArgumentError,
  lif,
  linear,
  pipeline,
  runOn,
  type SpikeRaster,
  simulator,
  spikeRaster,
} from 'spikeline';
import { aerPacket, channels, type Marks } from 'spikeline/events';
import {
  closeLoop,
  fromKeys,
  type Phase,
  type Protocol,
  type ProtocolItem,
  type ProtocolRunConfig,
  protocol,
  protocolOrder,
  readSession,
  recordSession,
  startProtocol,
} from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { runs } from '#test/support/runs';
import { TestClock } from '#test/support/test-clock';
import { until } from '#test/support/until';
import { watch } from '#test/support/watch';

/** A network whose one neuron fires in the bin of each of its inputs. */
const relay = pipeline(
  linear({ weight: [[1]] }),
  lif({ neurons: 1, dt: 1e-3, tauMem: 1e-3, threshold: 0.5, name: 'relay' }),
);

/** Marks as they are written. */
function markList() {
  const list: [number, string][] = [];
  return {
    list,
    session: { mark: (label: string, time: number) => void list.push([time, label]) },
  };
}

/** Carries a protocol out over so many steps of a network that answers with `spikes(step)`. */
function carriedOut(
  of: Protocol,
  steps: number,
  config: Partial<ProtocolRunConfig> = {},
  spikes: (step: number, counts: Uint32Array) => number = () => 0,
) {
  const { list, session } = markList();
  const run = startProtocol(of, { channels: 1, session, ...config });
  const width = config.channels ?? 1;
  const counts: number[][] = [];
  for (let step = 0; step < steps; step++) {
    const own = new Uint32Array(width);
    const goesOn = run.before(step, step * 1000, own);
    counts.push([...own]);
    const given = spikeRaster({
      channels: 1,
      dt: 1e-3,
      startTime: step * 1000,
      counts: [spikes(step, own)],
    });
    run.after({ spikes: given } as never);
    if (!goesOn) break;
  }
  return { run, marks: list, counts };
}

describe('a protocol', () => {
  it('knows its phases and its longest time', () => {
    const { phases, duration } = protocol([
      { name: 'rest', duration: 0.5 },
      {
        times: 3,
        items: [
          { name: 'a', duration: 1 },
          { times: 2, items: [{ name: 'b', duration: 0.25 }] },
        ],
      },
    ]);
    expect([phases, duration]).toEqual([10, 5]);
    const open = protocol([{ name: 'wait', until: { kind: 'key', key: 'g' } }]);
    expect(open.duration).toBe(Number.POSITIVE_INFINITY);
  });

  it('is refused with all reasons at once', () => {
    const bad: readonly [unknown, readonly string[]][] = [
      [7, ['items']],
      [[], ['items.length']],
      [
        [7, null],
        ['items[0]', 'items[1]'],
      ],
      [[{ name: 'a' }], ['items[0].duration']],
      [
        [{ name: 'a', duration: 0, mark: 1, more: 2 }],
        ['items[0].duration', 'items[0].mark', 'items[0].more'],
      ],
      [
        [{ items: [], times: 0, order: 'x' }],
        ['items[0].items.length', 'items[0].times', 'items[0].order'],
      ],
      [[{ name: 'a', duration: 1, stimulus: { kind: 'x' } }], ['items[0].stimulus.kind']],
      [
        [{ name: 'a', duration: 1, stimulus: [{ kind: 'noise', rate: [-1] }] }],
        ['items[0].stimulus[0].rate[0]'],
      ],
      [
        [{ name: 'a', duration: 1, stimulus: { kind: 'pulses', every: 1 } }],
        ['items[0].stimulus.channels'],
      ],
      [
        [{ name: 'a', duration: 1, stimulus: { kind: 'stream', items$: 1 } }],
        ['items[0].stimulus.items$'],
      ],
      [[{ name: 'a', until: { kind: 'rate', window: 1 } }], ['items[0].until']],
      [[{ name: 'a', until: { kind: 'rate', window: 1, above: 1, below: 1 } }], ['items[0].until']],
      [[{ name: 'a', until: { kind: 'signal', signal$: {} } }], ['items[0].until.signal$']],
    ];
    for (const [items, paths] of bad) {
      try {
        protocol(items as never);
        expect.unreachable(JSON.stringify(items));
      } catch (cause) {
        expect(cause).toBeInstanceOf(InvalidArgumentError);
        const found = (cause as InvalidArgumentError).problems.map(({ path }) => path);
        expect(found.toSorted()).toEqual(paths.toSorted());
      }
    }
    let deep: ProtocolItem = { name: 'a', duration: 1 };
    for (const levels of [40, 20_000]) {
      for (let i = 0; i < levels; i++) deep = { items: [deep] };
      expect(() => protocol([deep])).toThrow(/32 blocks within each other are the most/);
    }
    const changes = protocol([
      { name: 'a', duration: 1, update: {} },
      { items: [{ name: 'b', until: { kind: 'key', key: 'x' } }] },
    ]);
    expect(() => startProtocol(changes, { channels: 1 })).toThrow(/update.*keys\$/s);
    expect(() => startProtocol(7 as never, { channels: 0, dt: 0, seed: 'x' } as never)).toThrow(
      /protocol.*channels.*dt.*seed/s,
    );
  });
});

describe('the order of phases', () => {
  const named = (name: string): Phase => ({ name, duration: 1 });
  const six = protocol([
    { order: 'random', times: 20, items: ['a', 'b', 'c', 'd', 'e', 'f'].map(named) },
  ]);
  const names = (of: Protocol, seed: number): string =>
    [...protocolOrder(of, seed)].map(({ name }) => name).join('');

  it('belongs to the seed, and is another one in each repetition', () => {
    expect(names(six, 3)).toBe(names(six, 3));
    expect(names(six, 3)).not.toBe(names(six, 4));
    const blocks = names(six, 3).match(/.{6}/g)!;
    expect(new Set(blocks).size).toBeGreaterThan(15);
    for (const block of blocks) expect([...block].toSorted().join('')).toBe('abcdef');
  });

  it('is each order equally often', () => {
    const three = protocol([{ order: 'random', items: ['a', 'b', 'c'].map(named) }]);
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 1200; seed++) {
      const order = names(three, seed);
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    // Six orders, 200 each; the standard deviation is 13.
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(60);
  });

  it('is that of the list, unless said otherwise, blocks within blocks', () => {
    const nested = protocol([
      named('a'),
      { times: 2, items: [named('b'), { times: 2, items: [named('c')] }] },
    ]);
    expect(names(nested, 1)).toBe('abccbcc');
  });

  it('shuffles blocks as a whole', () => {
    const pairs = protocol([
      { order: 'random', times: 5, items: [{ items: [named('a'), named('b')] }, named('c')] },
    ]);
    expect(names(pairs, 9).replaceAll('ab', 'x').replaceAll('c', 'y')).toMatch(/^(xy|yx){5}$/);
  });
});

describe('phases', () => {
  it('follow each other on time, whatever a step is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1000, max: 9000 }), { minLength: 1, maxLength: 8 }),
        (durations) => {
          const phases = durations.map((us, i) => ({ name: `${i}`, duration: us / 1e6 }));
          const { marks, counts, run } = carriedOut(protocol(phases), 1000);
          const total = durations.reduce((sum, one) => sum + one, 0);
          // The last step is the one in which it ends.
          expect(counts).toHaveLength(Math.ceil(total / 1000));
          expect(run.state).toBe('completed');
          let time = 0;
          const wanted = durations.flatMap((us, i) => {
            const begin = time;
            time += us;
            return [
              [begin, `begin ${i}`],
              [time, `end ${i}`],
            ];
          });
          expect(marks).toEqual([...wanted, [total, 'protocol completed']]);
        },
      ),
      { numRuns: runs(40) },
    );
  });

  it('have a mark of their own, an action and an update', async () => {
    const done: string[] = [];
    const of = protocol([
      {
        name: 'a',
        duration: 2e-3,
        mark: 'tone',
        update: { gain: 2 },
        action: async () => void done.push('action'),
      },
    ]);
    const update = (delta: { gain: number }): void => void done.push(`gain ${delta.gain}`);
    const { marks } = carriedOut(of, 10, { update });
    await Promise.resolve();
    expect(done).toEqual(['action', 'gain 2']);
    expect(marks.map(([, label]) => label)).toEqual([
      'begin a',
      'tone',
      'update',
      'end a',
      'protocol completed',
    ]);
  });

  it('end the run at once if what they do throws, in the last step too', async () => {
    const action = (): never => {
      throw new Error('stuck');
    };
    const first = { name: 'a', duration: 5e-3 };
    for (const of of [
      [{ ...first, action }],
      [first, { name: 'b', duration: 1e-3, action }],
      [first, { name: 'b', duration: 1e-3, update: 1 }],
    ]) {
      for (const chunkSteps of [1, 1000]) {
        const run = startProtocol(protocol(of), { channels: 1, update: action });
        await expect(lastValueFrom(run.rasters({ chunkSteps }))).rejects.toThrow('stuck');
        expect(run.state).toBe('aborted');
      }
    }
  });

  it('may end the run by what they do', async () => {
    const done: string[] = [];
    const of = protocol([
      {
        ...{ name: 'a', duration: 5e-3, update: 1 },
        action: () => {
          done.push('action');
          running.unsubscribe();
        },
      },
    ]);
    const update = (): void => void done.push('update');
    const run = startProtocol(of, { channels: 1, update });
    const running = run.rasters().subscribe();
    await new Promise(setImmediate);
    expect([run.state, done]).toEqual(['aborted', ['action']]);
  });

  it('end the run at the next step if what they do fails', async () => {
    const of = protocol([
      { name: 'a', duration: 1, action: () => Promise.reject(new Error('stuck')) },
    ]);
    const run = startProtocol(of, { channels: 1 });
    expect(run.before(0, 0, new Uint32Array(1))).toBe(true);
    await new Promise(setImmediate);
    expect(() => run.before(1, 1000, new Uint32Array(1))).toThrow('stuck');
  });

  describe('that take their time, in the last step too, are waited for at the end', () => {
    let settle: ((how: Promise<never> | undefined) => void) | undefined;
    const taking = () =>
      new Promise((resolve) => {
        settle = resolve;
      });
    const forms: Record<string, Partial<Phase>[]> = {
      'an action': [{ action: taking }],
      'an update': [{ update: 1 }],
      'an action before the last phase': [{ action: taking }, {}],
    };
    const started = (of: Protocol) => startProtocol(of, { channels: 1, update: taking });
    const loopOf = (of: Protocol, steps: number) =>
      closeLoop<number, number>({
        target: simulator(),
        net: relay,
        environment: { reset: () => 1, step: () => ({ observation: 1 }) },
        encode: () => [1],
        decode: () => 1,
        stimulus: started(of),
        steps,
      });
    const ways: Record<string, (of: Protocol) => Observable<unknown>> = {
      'as rasters': (of) => started(of).rasters(),
      'in a loop': (of) => loopOf(of, 9),
      'in a loop that ends before': (of) => loopOf(of, 1),
    };
    /** Runs the stream until nothing is left but what takes its time. */
    const begun = async (stream: Observable<unknown>) => {
      settle = undefined;
      const seen = watch(stream);
      await until(() => settle !== undefined && seen.values.length > 0);
      for (let i = 0; i < 5; i++) await new Promise(setImmediate);
      expect(seen.ended).toBe('no');
      return seen;
    };
    for (const [form, phases] of Object.entries(forms)) {
      for (const [way, stream] of Object.entries(ways)) {
        it(`${form}, ${way}`, async () => {
          const of = protocol(phases.map((phase) => ({ name: 'a', duration: 1e-3, ...phase })));
          const good = await begun(stream(of));
          settle!(undefined);
          await new Promise(setImmediate);
          expect(good.ended).toBe('completed');

          const bad = await begun(stream(of));
          settle!(Promise.reject(new Error('stuck')));
          await new Promise(setImmediate);
          expect(bad.error).toEqual(new Error('stuck'));

          const left = await begun(stream(of));
          left.unsubscribe();
          settle!(Promise.reject(new Error('stuck')));
          await new Promise(setImmediate);
          expect(left.ended).toBe('no');
        });
      }
    }
  });
});

describe('stimuli', () => {
  const shown = (phase: Partial<Phase>, steps = 10, config: Partial<ProtocolRunConfig> = {}) =>
    carriedOut(protocol([{ name: 'a', duration: 1, ...phase }]), steps, config).counts;

  it('are pulses at their times, noise of a seed, rasters once or again and again', () => {
    const pulses = shown({ stimulus: { kind: 'pulses', every: 3e-3, channels: [0], count: 2 } });
    expect(pulses.flat()).toEqual([2, 0, 0, 2, 0, 0, 2, 0, 0, 2]);
    const fast = shown({ stimulus: { kind: 'pulses', every: 0.4e-3, channels: [0] } }, 4);
    expect(fast.flat()).toEqual([3, 2, 3, 2]);
    const raster = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0, 3] });
    expect(shown({ stimulus: { kind: 'raster', raster } }, 5).flat()).toEqual([1, 0, 3, 0, 0]);
    expect(shown({ stimulus: { kind: 'raster', raster, loop: true } }, 7).flat()).toEqual([
      1, 0, 3, 1, 0, 3, 1,
    ]);
    const noise = { stimulus: { kind: 'noise', rate: [0, 400] } } as const;
    const two = { channels: 2, seed: 5 };
    const drawn = shown(noise, 1000, two);
    expect(drawn).toEqual(shown(noise, 1000, two));
    expect(drawn).not.toEqual(shown(noise, 1000, { ...two, seed: 6 }));
    const sums = [0, 1].map((i) => drawn.reduce((sum, row) => sum + row[i]!, 0));
    expect(sums[0]).toBe(0);
    // 400 of them, of which the standard deviation is 20.
    expect(Math.abs(sums[1]! - 400)).toBeLessThan(100);
  });

  it.each([1e-3, 1 / 30, 1 / 60, 1 / 1024, 1 / 3000, 5.1e-4])(
    'are pulses of whole bins of %s s, however rasters are cut',
    async (dt) => {
      const pulses = (every: number, channel: number) =>
        ({ kind: 'pulses', every: every * dt, channels: [channel] }) as const;
      const all = async (chunkSteps: number, ...of: ProtocolItem[]) => {
        const rasters$ = startProtocol(protocol(of), { channels: 2, dt }).rasters({ chunkSteps });
        return (await lastValueFrom(rasters$.pipe(toArray()))).flatMap(({ counts }) => [...counts]);
      };
      const one = { name: 'a', duration: 42 * dt, stimulus: [pulses(1, 0), pulses(3, 1)] };
      const wanted = Array.from({ length: 42 }, (_, bin) => [1, +(bin % 3 === 0)]).flat();
      for (const chunkSteps of [1, 2, 7, 42]) expect(await all(chunkSteps, one)).toEqual(wanted);
      const two = { name: 'b', duration: 9 * dt, stimulus: pulses(2, 0) };
      const after = Array.from({ length: 9 }, (_, bin) => [+(bin % 2 === 0), 0]).flat();
      expect(await all(1, one, two)).toEqual([...wanted, ...after]);
    },
  );

  it('are functions, streams, and several at once, added to what is there', () => {
    const items$ = new Subject<SpikeRaster>();
    const of = protocol([
      {
        name: 'a',
        duration: 4e-3,
        stimulus: [
          ({ step, since, bins }) => (step === 2 ? [since / 1000 + bins] : undefined),
          { kind: 'stream', items$ },
        ],
      },
    ]);
    const run = startProtocol(of, { channels: 1 });
    const counts = new Uint32Array(1).fill(5);
    run.before(0, 0, counts);
    expect(counts[0]).toBe(5);
    items$.next(spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 1] }));
    items$.next(aerPacket([7], [0], channels(1)) as never);
    run.before(1, 1000, counts);
    expect(counts[0]).toBe(8);
    run.before(2, 2000, counts);
    expect(counts[0]).toBe(11);
    expect(items$.observed).toBe(true);
    run.before(3, 3000, counts);
    expect(items$.observed).toBe(false);
  });

  it('and phases are bounded, whatever their numbers', () => {
    const often = { kind: 'pulses', every: 1e-6, channels: [0], count: 1e6 } as const;
    const short = { kind: 'pulses', every: 1e-12, channels: [0] } as const;
    for (const phase of [{ stimulus: short }, { duration: 1e-9 }]) {
      expect(() => protocol([{ name: 'a', duration: 1, ...phase }])).toThrow(
        /seconds from 0.000001/,
      );
    }
    expect(() => shown({ duration: 1e9, stimulus: often }, 1, { dt: 1e6 })).toThrow(
      /a pulse brings a bin to 1000000000000000000 spikes/,
    );
    const until = { kind: 'rate', above: 1, window: 1e9 } as const;
    expect(() => shown({ until }, 2)).toThrow(/1000000000000 values/);
  });

  it('that do not fit end the run with a word', () => {
    const wide = spikeRaster({ channels: 2, dt: 1e-3, counts: [0, 0] });
    const bad: [Phase['stimulus'], RegExp][] = [
      [{ kind: 'raster', raster: wide }, /2 channels .* the network has 1/],
      [{ kind: 'pulses', every: 1, channels: [3] }, /channel 3; there are 1/],
      [{ kind: 'noise', rate: [1, 2] }, /2 rates; the network has 1 channels/],
      [() => [1, 2], /gave 2 counts; 1×1 counts are needed/],
      [() => [0.5], /gave 0.5 as a count/],
    ];
    for (const [stimulus, message] of bad) {
      expect(() => shown({ stimulus: stimulus! })).toThrow(message);
    }
    const items$ = new Subject<SpikeRaster>();
    const run = startProtocol(
      protocol([{ name: 'a', duration: 1, stimulus: { kind: 'stream', items$ } }]),
      { channels: 1 },
    );
    run.before(0, 0, new Uint32Array(1));
    items$.next(wide);
    expect(() => run.before(1, 1000, new Uint32Array(1))).toThrow(/2 channels came/);
  });
});

describe('triggers', () => {
  it('are spikes: so many, of any channel or of one', () => {
    const of = protocol([
      { name: 'drive', duration: 1, until: { kind: 'spikes', count: 3, channel: 0 } },
      { name: 'rest', duration: 2e-3 },
    ]);
    const { marks } = carriedOut(of, 50, {}, (step) => step % 2);
    // Spikes in steps 1, 3 and 5: the next phase begins with step 6.
    expect(marks).toEqual([
      [0, 'begin drive'],
      [6000, 'trigger drive'],
      [6000, 'end drive'],
      [6000, 'begin rest'],
      [8000, 'end rest'],
      [8000, 'protocol completed'],
    ]);
  });

  it('are rates above or below a threshold, over a whole window', () => {
    const of = protocol([
      { name: 'up', duration: 1, until: { kind: 'rate', above: 400, window: 10e-3 } },
      { name: 'down', duration: 1, until: { kind: 'rate', below: 100, window: 10e-3 } },
    ]);
    const { marks } = carriedOut(of, 100, {}, (step) => Number(step >= 20 && step < 40));
    // Five of ten steps is 500 Hz: after step 24. None of ten: steps 40 to 49; one of ten is 100 Hz.
    expect(marks.filter(([, label]) => label.startsWith('trigger'))).toEqual([
      [25_000, 'trigger up'],
      [50_000, 'trigger down'],
    ]);
  });

  it('are keys and messages, heard only while their phase lasts', () => {
    const keys$ = new Subject<string>();
    const message$ = new Subject<{ go: boolean }>();
    const of = protocol([
      { name: 'key', until: { kind: 'key', key: 'g' } },
      {
        name: 'message',
        until: { kind: 'signal', signal$: message$, where: ({ go }: { go: boolean }) => go },
      },
    ]);
    const { list, session } = markList();
    const run = startProtocol(of, { channels: 1, session, keys$ });
    const step = (i: number): boolean => run.before(i, i * 1000, new Uint32Array(1));
    keys$.next('g');
    expect(step(0)).toBe(true);
    keys$.next('x');
    message$.next({ go: true });
    expect(step(1)).toBe(true);
    expect(run.phase).toBe('key');
    keys$.next('g');
    expect([keys$.observed, message$.observed]).toEqual([true, false]);
    expect(step(2)).toBe(true);
    expect([run.phase, run.turn]).toEqual(['message', 1]);
    expect([keys$.observed, message$.observed]).toEqual([false, true]);
    message$.next({ go: false });
    expect(step(3)).toBe(true);
    message$.next({ go: true });
    expect(step(4)).toBe(false);
    expect(message$.observed).toBe(false);
    expect(list.map(([time]) => time)).toEqual([0, 2000, 2000, 2000, 4000, 4000, 4000]);
  });

  it('whose stream fails end the run', () => {
    const signal$ = new Subject<unknown>();
    const run = startProtocol(protocol([{ name: 'a', until: { kind: 'signal', signal$ } }]), {
      channels: 1,
    });
    run.before(0, 0, new Uint32Array(1));
    signal$.error(new Error('the network is gone'));
    expect(() => run.before(1, 1000, new Uint32Array(1))).toThrow('the network is gone');
  });
});

describe('a protocol that is carried out', () => {
  const two = protocol([
    { name: 'a', duration: 4e-3, stimulus: { kind: 'pulses', every: 2e-3, channels: [0] } },
    { name: 'b', duration: 2e-3 },
  ]);

  it('can be held, and goes on where it was', () => {
    const { list, session } = markList();
    const run = startProtocol(two, { channels: 1, session });
    const given: number[] = [];
    for (let step = 0; step < 20; step++) {
      if (step === 1) run.pause();
      if (step === 6) run.resume();
      const counts = new Uint32Array(1);
      const goesOn = run.before(step, step * 1000, counts);
      given.push(counts[0]!);
      if (step === 3) expect(run.state).toBe('paused');
      if (!goesOn) break;
    }
    // Held from step 1 to step 6, with 3 ms of the phase to come.
    expect(given).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect(list).toEqual([
      [0, 'begin a'],
      [1000, 'pause'],
      [6000, 'resume'],
      [9000, 'end a'],
      [9000, 'begin b'],
      [11_000, 'end b'],
      [11_000, 'protocol completed'],
    ]);
  });

  it('can be aborted, before it begins, while it goes on and in a pause', () => {
    for (const at of [0, 2, 4]) {
      const { list, session } = markList();
      const run = startProtocol(two, { channels: 1, session });
      if (at === 4) run.pause();
      let steps = 0;
      for (; steps < 20; steps++) {
        if (steps === at) run.abort('the animal sleeps');
        if (!run.before(steps, steps * 1000, new Uint32Array(1))) break;
      }
      expect(steps).toBe(at);
      expect(run.state).toBe('aborted');
      expect(list.at(-1)).toEqual([at * 1000, 'protocol aborted: the animal sleeps']);
      expect(run.before(21, 21_000, new Uint32Array(1))).toBe(false);
    }
  });
});

describe('a protocol as a source', () => {
  const net = pipeline(linear({ weight: [[8]] }), dynapSim({ neurons: 1 }));
  const drive = protocol([
    {
      name: 'drive',
      duration: 1,
      stimulus: { kind: 'noise', rate: 200 },
      until: { kind: 'spikes', count: 5 },
    },
    { name: 'rest', duration: 0.01 },
  ]);

  it('gives the same rasters for a seed, and ends when its triggers came', async () => {
    const once = async (seed: number) => {
      const { list, session } = markList();
      const run = startProtocol(drive, { channels: 1, seed, session });
      const spikes = await lastValueFrom(
        run.rasters({ startTime: 500_000 }).pipe(runOn(simulator(), net), run.watch(), toArray()),
      );
      expect(run.state).toBe('completed');
      return { list, spikes: spikes.map(({ counts }) => counts[0]!) };
    };
    const first = await once(7);
    expect(await once(7)).toEqual(first);
    expect(await once(8)).not.toEqual(first);
    // The phase ends with the step in which the fifth spike came, and ten more follow.
    const fifth = first.spikes.findIndex(
      (_, i, all) => all.slice(0, i + 1).reduce((a, b) => a + b) >= 5,
    );
    expect(first.spikes).toHaveLength(fifth + 1 + 10);
    expect(first.list[1]).toEqual([500_000 + (fifth + 1) * 1000, 'trigger drive']);
  });

  it('is carried out once', async () => {
    const run = startProtocol(drive, { channels: 1 });
    await lastValueFrom(run.rasters().pipe(take(1)));
    await expect(lastValueFrom(run.rasters())).rejects.toThrow(/once/);
    expect(run.state).toBe('aborted');
  });

  it('stands still in a pause without a clock', async () => {
    const run = startProtocol(protocol([{ name: 'a', duration: 5e-3 }]), { channels: 1 });
    const times: number[] = [];
    const done = lastValueFrom(
      run.rasters().pipe(
        tap(({ startTime }) => {
          times.push(startTime);
          if (times.length === 2) run.pause();
        }),
      ),
    );
    for (let i = 0; i < 50; i++) await new Promise(setImmediate);
    expect([times, run.state]).toEqual([[0, 1000], 'paused']);
    run.resume();
    await done;
    expect(times).toEqual([0, 1000, 2000, 3000, 4000]);
  });

  it('keeps time by a clock, and is silent in a pause', () => {
    const clock = new TestClock(77);
    const run = startProtocol(
      protocol([
        { name: 'a', duration: 4e-3, stimulus: { kind: 'pulses', every: 1e-3, channels: [0] } },
      ]),
      { channels: 1 },
    );
    const seen: [number, number][] = [];
    let completed = false;
    run.rasters({ clock }).subscribe({
      next: ({ counts }) => seen.push([clock.now() - 77, counts[0]!]),
      complete: () => {
        completed = true;
      },
    });
    clock.advance(1.5);
    run.pause();
    clock.advance(2);
    run.resume();
    clock.advance(10);
    expect(seen).toEqual([
      [0, 1],
      [1, 1],
      [2, 0],
      [3, 0],
      [4, 1],
      [5, 1],
    ]);
    expect([completed, clock.waiting]).toEqual([true, 0]);
  });

  it('ends with what its session failed with, and fails no more when it is freed', async () => {
    const of = protocol([{ name: 'a', duration: 5e-3 }]);
    for (const on of ['begin', 'end', 'protocol', '']) {
      const mark = (label: string): void => {
        if (label.startsWith(on)) throw new Error(`no mark: ${label}`);
      };
      const rasters$ = startProtocol(of, { channels: 1, session: { mark } }).rasters();
      await expect(lastValueFrom(rasters$)).rejects.toThrow(/^no mark/);
    }
    // What is thrown where nobody looks fails the test.
    await new Promise((resolve) => setTimeout(resolve));
  });

  it('frees everything when it is left', () => {
    const clock = new TestClock();
    const items$ = new Subject<SpikeRaster>();
    const keys$ = new Subject<string>();
    const { list, session } = markList();
    const run = startProtocol(
      protocol([
        { name: 'a', stimulus: { kind: 'stream', items$ }, until: { kind: 'key', key: 'q' } },
      ]),
      { channels: 1, keys$, session },
    );
    const running = run.rasters({ clock }).subscribe();
    clock.advance(5);
    expect([items$.observed, keys$.observed]).toEqual([true, true]);
    running.unsubscribe();
    expect([items$.observed, keys$.observed, clock.waiting]).toEqual([false, false, 0]);
    expect(list.at(-1)?.[1]).toBe('protocol aborted: it was left');
  });
});

describe('a protocol in a closed loop', () => {
  const environment = () => ({
    reset: () => 0,
    step: (by: number) => ({ observation: by }),
    state: () => [1, 2],
  });
  const loop = (of: Protocol, folder: string, more: object = {}) => {
    const session = recordSession(folder, { config: { name: 'pulses' } });
    const stimulus = startProtocol(of, { channels: 1, seed: 4, session });
    const loop$ = closeLoop<number, number>({
      target: simulator(),
      net: relay,
      environment: environment(),
      encode: () => [0],
      decode: ({ counts }) => counts[0]!,
      session,
      stimulus,
      ...more,
    });
    return { loop$, stimulus };
  };

  it('adds to its input, hears its spikes, ends it, and is in its session', async () => {
    const folder = emptyFolder();
    const of = protocol([
      { name: 'wait', duration: 3e-3 },
      {
        name: 'pulses',
        duration: 1,
        stimulus: { kind: 'pulses', every: 2e-3, channels: [0] },
        until: { kind: 'spikes', count: 4 },
      },
      { name: 'rest', duration: 2e-3 },
    ]);
    const { loop$, stimulus } = loop(of, folder);
    const steps = await lastValueFrom(loop$.pipe(toArray()));
    expect(stimulus.state).toBe('completed');
    expect(steps.map(({ input }) => input.counts[0])).toEqual([0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0]);
    const session = await readSession(folder);
    expect(session.manifest).toMatchObject({
      seed: 0,
      config: { name: 'pulses', loop: { dt: 1e-3 } },
      notes: { steps: 12 },
      ended: { how: 'completed', message: 'steps' },
    });
    const kinds = [...session.recording.streams.values()].map(({ name, kind }) => [name, kind]);
    expect(Object.fromEntries(kinds)).toEqual({
      marks: 'marks',
      input: 'raster',
      output: 'raster',
      observation: 'series',
      action: 'series',
      state: 'series',
    });
    const labels: string[] = [];
    for await (const { item } of session.recording.items({ streams: ['marks'] })) {
      labels.push(...(item as Marks).labels);
    }
    expect(labels).toContain('trigger pulses');
    await session.close();
  });

  it('is stopped when the loop is left, and the session says so', async () => {
    const folder = emptyFolder();
    const items$ = new Subject<SpikeRaster>();
    const of = protocol([{ name: 'a', duration: 1, stimulus: { kind: 'stream', items$ } }]);
    const { loop$, stimulus } = loop(of, folder);
    await lastValueFrom(loop$.pipe(take(3)));
    expect([stimulus.state, items$.observed]).toEqual(['aborted', false]);
    const session = await readSession(folder);
    expect(session.manifest!.ended).toMatchObject({ how: 'unsubscribed' });
    await session.close();
  });

  it('keeps what is no number as JSON, and says what failed', async () => {
    const folder = emptyFolder();
    const of = protocol([{ name: 'a', duration: 1 }]);
    const { loop$ } = loop(of, folder, {
      environment: {
        reset: () => ({ at: 'home' }),
        step() {
          throw new Error('the arm is stuck');
        },
      },
    });
    await expect(lastValueFrom(loop$)).rejects.toThrow('the arm is stuck');
    const session = await readSession(folder);
    expect(session.manifest!.ended).toMatchObject({ how: 'error', message: 'the arm is stuck' });
    for await (const { item } of session.recording.items({ streams: ['observation'] })) {
      expect((item as Marks).labels).toEqual(['{"at":"home"}']);
    }
    await session.close();
  });
});

describe('keys', () => {
  it('are heard one by one, and the terminal is as before', () => {
    const raw: boolean[] = [];
    const input = Object.assign(new EventEmitter(), {
      isTTY: true,
      setRawMode: (on: boolean) => void raw.push(on),
      resume() {},
      pause() {},
    });
    const keys: string[] = [];
    const heard = fromKeys(input).subscribe((key) => keys.push(key));
    input.emit('data', Buffer.from('gx'));
    input.emit('data', '\u001b[A');
    heard.unsubscribe();
    input.emit('data', 'z');
    expect(keys).toEqual(['g', 'x', '\u001b[A']);
    expect([raw, input.listenerCount('data')]).toEqual([[true, false], 0]);
    expect(() => fromKeys(7 as never)).toThrow(InvalidArgumentError);
  });

  it('are heard by others until the last of them leaves', () => {
    const calls: string[] = [];
    const input = Object.assign(new EventEmitter(), {
      isTTY: true,
      setRawMode: (on: boolean) => void calls.push(`raw ${on}`),
      resume() {},
      pause: () => void calls.push('pause'),
    });
    const keys: string[] = [];
    const [phase, own] = [
      fromKeys(input).subscribe(),
      fromKeys(input).subscribe((key) => keys.push(key)),
    ];
    phase.unsubscribe();
    input.emit('data', 'p');
    expect([keys, calls]).toEqual([['p'], ['raw true']]);
    own.unsubscribe();
    expect(calls).toEqual(['raw true', 'raw false', 'pause']);
    // A terminal that was raw before stays so.
    fromKeys(Object.assign(input, { isRaw: true }))
      .subscribe()
      .unsubscribe();
    expect(calls.slice(3)).toEqual(['raw true', 'raw true', 'pause']);
  });
});
