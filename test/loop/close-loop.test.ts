import { from, lastValueFrom, NEVER, type Observable, of, Subject, toArray } from 'rxjs';
import {
  chip,
  dynapSim,
  fromPull,
  InvalidArgumentError,
  lif,
  linear,
  pipeline,
  referenceEngine,
  simulator,
  UnsupportedPipelineError,
  virtualBoard,
} from 'spikeline';
import { boardAt, serveBoard } from 'spikeline/devices';
import { binStart } from 'spikeline/events';
import { type CloseLoopConfig, closeLoop, type Environment, type LoopStep } from 'spikeline/loop';
import { deltaEncode, populationDecode, rateDecode, rateEncode } from 'spikeline/operators';
import { describe, expect, it } from 'vitest';
import { dendrites } from '#src/chips/dynapse2/configuration';

const weight = [
  [9, 0],
  [0, 9],
];
const net = pipeline(
  linear({ weight, name: 'in' }),
  lif({ neurons: 2, dt: 1e-3, tauMem: 5e-3, name: 'out' }),
);

/** A place that is to be 0: seen on either side; what is done is how fast it goes. */
function place(): Environment & { readonly sent: number[]; readonly times: number[] } {
  let at = 0;
  const sent: number[] = [];
  const times: number[] = [];
  return {
    sent,
    times,
    reset(seed) {
      at = 1 + seed / 10;
      return Float64Array.of(at, -at);
    },
    step([speed], dt) {
      sent.push(speed!);
      times.push(dt);
      at += speed! * dt;
      return { observation: Float64Array.of(at, -at) };
    },
  };
}

function settings(environment: Environment): CloseLoopConfig<Float64Array, Float64Array> {
  return {
    target: simulator({ engine: referenceEngine }),
    net,
    environment,
    encode: rateEncode({ range: [0, 1], neurons: 1, rate: 500 }),
    decode: populationDecode({ values: [-5, 5], tau: 0.02 }),
    seed: 3,
    limits: [-4, 4],
    onStop: Float64Array.of(0),
  };
}

const all = <T>(stream: Observable<T>): Promise<T[]> => lastValueFrom(stream.pipe(toArray()));

describe('a closed loop in virtual time', () => {
  it('is the same to the last bit for the same seed, and comes to its goal', async () => {
    const [one, two] = await Promise.all(
      [place(), place()].map((own) => all(closeLoop({ ...settings(own), duration: 0.5 }))),
    );
    expect(one).toHaveLength(500);
    expect(two).toEqual(one);
    expect(one!.map(({ step }) => step)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(one!.map(({ time }) => time)).toEqual(Array.from({ length: 500 }, (_, i) => 1000 * i));
    expect(Math.abs(one!.at(-1)!.observation[0]!)).toBeLessThan(0.2);
    expect(one!.every(({ latency }) => latency === 0)).toBe(true);
  });

  it('sends the last action at the end, and bounds the others', async () => {
    const own = place();
    const closed = closeLoop({ ...settings(own), steps: 100 });
    await lastValueFrom(closed);
    expect(own.sent).toHaveLength(100);
    expect(own.sent.at(-1)).toBe(0);
    expect(Math.min(...own.sent)).toBe(-4);
    expect(closed.losses.byReason['clipped']).toBeGreaterThan(0);
  });

  it('does in each step what was made of the one before', async () => {
    const own = place();
    const steps = await all(closeLoop({ ...settings(own), steps: 50 }));
    expect(own.sent.slice(0, -1)).toEqual(steps.slice(0, -1).map(({ action }) => action[0]));
    expect(own.times.every((dt) => dt === 1e-3)).toBe(true);
  });

  it('runs a network of shorter steps, several for each of its own', async () => {
    const own = place();
    const config = { ...settings(own), dt: 5e-3, steps: 20 };
    const steps = await all(closeLoop(config));
    expect(steps[3]!.time).toBe(15_000);
    expect(steps[3]!.input).toMatchObject({ steps: 5, channels: 2, dt: 1e-3, startTime: 15_000 });
    expect(steps[3]!.spikes).toMatchObject({ steps: 5, channels: 2, dt: 1e-3 });
    expect(own.times.slice(0, -1).every((dt) => dt === 5e-3)).toBe(true);
  });

  it('encodes and decodes by stages as operators do', async () => {
    // What the network and the environment are is no matter here: rows one by one, and a stream at once.
    const encoders = [
      rateEncode({ range: [0, 1], neurons: 2, rate: 300, spikes: 'poisson', seed: 4 }),
      deltaEncode({ threshold: 0.01 }),
    ];
    const wide = pipeline(
      linear({ weight: Array.from({ length: 4 }, () => [9, 3]) }),
      lif({ neurons: 2, dt: 1e-3, tauMem: 5e-3 }),
    );
    for (const encode of encoders) {
      const decode = rateDecode({ tau: 0.01 });
      const config = { ...settings(place()), net: wide, encode, decode, steps: 60, seed: 0 };
      const steps = await all(closeLoop({ ...config, limits: [-1e9, 1e9] }));
      const join = <K extends 'counts' | 'values'>(rows: readonly ArrayLike<number>[]) =>
        Float64Array.from(rows.flatMap((row) => Array.from(row))) as never as Record<K, number[]>;
      const signal = {
        steps: 60,
        channels: 2,
        dt: 1e-3,
        startTime: 0,
        values: join(steps.map(({ observation }) => observation)) as never as Float64Array,
      };
      const { counts } = await lastValueFrom(of(signal).pipe(encode));
      expect([...counts]).toEqual(steps.flatMap(({ input }) => [...input.counts]));
      const spikes = {
        ...signal,
        counts: Uint32Array.from(steps.flatMap((step) => [...step.spikes.counts])),
      };
      const { values } = await lastValueFrom(of(spikes).pipe(decode));
      expect([...values]).toEqual(steps.flatMap(({ action }) => [...action]));
    }
  });

  it('records what it is asked for beside its output', async () => {
    const config = { ...settings(place()), steps: 5, record: ['out:potential'] };
    const [first] = await all(closeLoop(config));
    expect(Object.keys(first!.recorded)).toEqual(['out', 'out:potential']);
    expect(first!.recorded['out']).toBe(first!.spikes);
    expect(first!.recorded['out:potential']).toMatchObject({ channels: 2, steps: 1 });
  });

  it('ends with its environment, after a step of what was seen last', async () => {
    const own = place();
    let left = 10;
    const ending = {
      ...own,
      step: (action: Float64Array, dt: number) => ({ ...own.step(action, dt), done: --left === 0 }),
    };
    const steps = await all(closeLoop(settings(ending)));
    expect(steps).toHaveLength(11);
    expect(steps.map(({ done }) => done).indexOf(true)).toBe(10);
    expect(own.sent).toHaveLength(11);
    expect(own.sent.at(-1)).toBe(0);
  });

  it('takes a sensor and an actuator, a step for each observation', async () => {
    const observations = new Subject<Float64Array>();
    const sent: number[] = [];
    const actions = { next: ([action]: Float64Array) => void sent.push(action!) };
    const steps: LoopStep[] = [];
    closeLoop({ ...settings(place()), environment: { observations, actions } }).subscribe((step) =>
      steps.push(step),
    );
    for (let k = 0; k < 7; k++) observations.next(Float64Array.of(k / 10, 0));
    expect(steps.map(({ observation }) => observation[0])).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((k) => k / 10),
    );
    expect(sent).toEqual(steps.map(({ action }) => action[0]));
    observations.complete();
    expect(sent).toHaveLength(8);
    expect(sent.at(-1)).toBe(0);
    expect(observations.observed).toBe(false);
  });

  it('holds a sensor back that can wait, and refuses one that floods it', async () => {
    let read = 0;
    let most = 0;
    let made = 0;
    function* recorded(): Generator<Float64Array> {
      for (let k = 0; k < 500; k++) {
        read++;
        most = Math.max(most, read - made);
        yield Float64Array.of(0.1, 0);
      }
    }
    const actions = { next: () => void made++ };
    const observations = fromPull(recorded(), { consume: (item) => [item] });
    const patient = { ...settings(place()), environment: { observations, actions } };
    expect(await all(closeLoop(patient))).toHaveLength(500);
    expect(most).toBeLessThan(5);
    const flood = from(Array.from({ length: 66_000 }, () => Float64Array.of(0.1, 0)));
    const flooded = { ...settings(place()), environment: { observations: flood, actions } };
    await expect(lastValueFrom(closeLoop(flooded))).rejects.toThrow('fromPull');
  });

  it('adds what stimulates the network, and lets it end the loop', async () => {
    const after: number[] = [];
    const stimulus = {
      before(step: number, time: number, counts: Uint32Array) {
        expect(time).toBe(1000 * step);
        counts[1]! += 7;
        return step < 4;
      },
      after: ({ step }: LoopStep<unknown, unknown>) => void after.push(step),
    };
    const steps = await all(closeLoop({ ...settings(place()), stimulus }));
    expect(steps.map(({ input }) => input.counts[1])).toEqual([7, 7, 7, 7, 7]);
    expect(after).toEqual([0, 1, 2, 3, 4]);
  });

  it('is the same on a virtual chip, of any kind of schedule, here or behind a socket', async () => {
    const silicon = pipeline(
      linear({
        weight: [
          [30, 0],
          [0, 30],
        ],
      }),
      dynapSim({ neurons: 2 }),
    );
    const run = async (mode: 'scheduled' | 'immediate') => {
      const link = await virtualBoard({ seed: 5 }).open();
      const own = { ...settings(place()), net: silicon, target: chip(link, { mode }), steps: 60 };
      const steps = await all(closeLoop(own));
      await link.close();
      return steps;
    };
    const far = async () => {
      const server = await serveBoard(virtualBoard({ seed: 5 }), { listen: '127.0.0.1:0' });
      const link = await boardAt(server.address).open();
      const own = { ...settings(place()), net: silicon, target: chip(link), steps: 60 };
      const steps = await all(closeLoop(own));
      await link.close();
      await server.close();
      return steps;
    };
    const [one, two, three] = [
      await run('scheduled'),
      await run('scheduled'),
      await run('immediate'),
    ];
    expect(one.some(({ spikes }) => spikes.counts.some((count) => count > 0))).toBe(true);
    expect(two).toEqual(one);
    expect(three).toEqual(one);
    expect(await far()).toEqual(one);
  });

  it.each([1 / 60, 1 / 1024, 1 / 3000])(
    'goes step by step in immediate mode, at steps of %s s',
    async (dt) => {
      const silicon = pipeline(linear({ weight: [[30]] }), dynapSim({ neurons: 1, dt }));
      const link = await virtualBoard({ dt, seed: 5 }).open();
      const steps = await all(
        closeLoop<number, number>({
          target: chip(link, { mode: 'immediate' }),
          net: silicon,
          environment: { reset: () => 1, step: () => ({ observation: 1 }) },
          encode: () => [1],
          decode: ({ counts }) => counts[0]!,
          steps: 60,
        }),
      );
      await link.close();
      expect(steps.map(({ time }) => time)).toEqual(steps.map((_, step) => binStart(step, dt)));
      expect(steps).toHaveLength(60);
      expect(steps.some(({ action }) => action > 0)).toBe(true);
    },
  );

  it('lets an environment change the chip in mid-run', async () => {
    const silicon = pipeline(linear({ weight: [[30]] }), dynapSim({ neurons: 1 }));
    const link = await virtualBoard({ seed: 5 }).open();
    const dendrite = dendrites.ampa;
    const weight = [false, false, false, false] as const;
    const synapse = {
      dendrite,
      tag: 0,
      weight,
      stp: false,
      preciseDelay: false,
      mismatchedDelay: false,
    };
    const synapses = Array.from({ length: 64 }, (_, entry) => ({
      chip: 0,
      core: 0,
      neuron: 0,
      entry,
      synapse,
    }));
    let seen = 0;
    const environment: Environment<number, number> = {
      reset: () => 0,
      step() {
        // All synapses are taken away.
        if (++seen === 30) {
          void link.update({ synapses });
        }
        return { observation: seen };
      },
    };
    const loop = closeLoop({
      target: chip(link),
      net: silicon,
      environment,
      encode: () => [1],
      decode: ({ counts }) => counts[0]!,
      steps: 160,
    });
    const steps = await all(loop);
    const fired = (from: number, to: number) =>
      steps.slice(from, to).reduce((sum, { action }) => sum + action, 0);
    // Currents fade before the neuron falls silent.
    expect(fired(0, 29)).toBeGreaterThan(4);
    expect(fired(100, 160)).toBe(0);
    expect(link.updates).toHaveLength(1);
    await link.close();
  });
});

describe('a loop whose parts answer what it cannot use', () => {
  const model = { reset: () => 0, step: () => ({ observation: 0 }) };
  const plain = { encode: () => [0, 0], decode: () => 0, environment: model };
  const later = (value: unknown) => async () => value;

  it.each([
    ['encode', { encode: later([0, 0]) }, 'encode gave a promise'],
    ['decode', { decode: later(0) }, 'decode gave a promise'],
    [
      'decode, which fails',
      { decode: () => Promise.reject(new Error('x')) },
      'decode gave a promise',
    ],
    [
      'reset',
      { environment: { ...model, reset: later(0) } },
      'reset of the environment gave a promise',
    ],
    [
      'step',
      { environment: { ...model, step: later({ observation: 0 }) } },
      'step of the environment gave a promise',
    ],
    [
      'done',
      { environment: { ...model, step: () => ({ observation: 0, done: 'yes' }) } },
      'done of the environment is "yes"',
    ],
  ])('ends, and says so: %s', async (_, own, said) => {
    const config = { target: simulator(), net, ...plain, ...own, steps: 5 };
    await expect(all(closeLoop(config as never))).rejects.toThrow(said);
  });
});

describe('a loop that cannot be closed', () => {
  it('is refused with every reason', () => {
    const bad = {
      target: {},
      net: 3,
      environment: { reset: 1 },
      encode: class {},
      decode: 'rate',
      dt: 0,
      steps: 0.5,
      duration: -1,
      seed: 'a',
      limits: [2, 1],
      onStop: Number.NaN,
      realTime: { policy: 'hurry' },
      session: {},
      losses: 1,
      pace: 1,
    };
    expect(() => closeLoop(bad as never)).toThrow(InvalidArgumentError);
    try {
      closeLoop(bad as never);
    } catch (cause) {
      const paths = (cause as InvalidArgumentError).problems.map(({ path }) => path.split('.')[0]);
      const expected = Object.keys(bad).filter((name) => name !== 'onStop');
      expect([...new Set(paths)].toSorted()).toEqual(expected.toSorted());
    }
  });

  it.each([
    [{ steps: 3, duration: 1 }, 'either steps or duration'],
    [{ dt: 1.5e-3 }, 'whole steps of the network'],
    [{ onStop: Float64Array.of(9) }, 'the limits allow -4 to 4'],
    [{ decode: populationDecode({ values: [1], tau: 1 }) }, '1 stand for something'],
    [{ record: ['hidden'] }, 'hidden'],
  ])('since parts of it contradict each other: %o', (change, message) => {
    expect(() => closeLoop({ ...settings(place()), ...change } as never)).toThrow(message);
  });

  it('since the target cannot run the network', async () => {
    const link = await virtualBoard({ seed: 1 }).open();
    const config = { ...settings(place()), target: chip(link), record: ['out:potential'] };
    expect(() => closeLoop(config)).toThrow(UnsupportedPipelineError);
    await link.close();
  });

  it.each([
    ['too few counts', { encode: () => [1] }, '2 are needed'],
    ['half a spike', { encode: () => [1, 0.5] }, 'whole number of spikes'],
    ['an action that is no number', { decode: () => Float64Array.of(Number.NaN) }, 'NaN'],
    ['no observation', { environment: { ...place(), step: () => ({}) } }, 'no observation'],
    ['another width', { encode: rateEncode({ range: [0, 1], neurons: 3, rate: 9 }) }, '6 channels'],
    [
      'limits for another number of values',
      {
        limits: [
          [0, 1],
          [0, 1],
        ],
        onStop: undefined,
      },
      '1 values',
    ],
  ])('ends with an error that says so: %s', async (_, change, message) => {
    const loop = closeLoop<Float64Array, Float64Array>({
      ...settings(place()),
      ...change,
      steps: 5,
    } as never);
    await expect(lastValueFrom(loop)).rejects.toThrow(message);
  });

  it('needs nothing of a sensor that never speaks', () => {
    const environment = { observations: NEVER as Observable<Float64Array>, actions: { next() {} } };
    const closed = closeLoop({ ...settings(place()), environment }).subscribe();
    closed.unsubscribe();
    expect(closed.closed).toBe(true);
  });
});
