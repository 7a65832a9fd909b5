import { createSocket } from 'node:dgram';
import {
  animationFrameScheduler,
  asapScheduler,
  asyncScheduler,
  from,
  lastValueFrom,
  map,
  NEVER,
  type Observable,
  queueScheduler,
  type SchedulerLike,
  take,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  chip,
  deploy,
  dynapSim,
  fromPull,
  fromRaster,
  frozenNoise,
  linear,
  pipeline,
  poisson,
  poissonRaster,
  runOn,
  simulator,
  toEvents,
  toFpga,
  train,
  usingLink,
  virtualBoard,
} from 'spikeline';
import { codecNamed } from 'spikeline/codecs';
import { aerPacket, pixels } from 'spikeline/events';
import { closeLoop, metronome, protocol, startProtocol } from 'spikeline/loop';
import { toUdp } from 'spikeline/sinks';
import { evaluate, fromFile, fromSeries } from 'spikeline/sources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stoppedByTimer } from '#test/support/stopped';
import { watch } from '#test/support/watch';

const net = pipeline(linear({ weight: [[9, 5]] }), dynapSim({ neurons: 2 }));
const noise = poissonRaster({ channels: 1, rate: 300, duration: 0.012, seed: 3 });

const bytes = Uint8Array.from(
  codecNamed('dat').encoder!().push(
    aerPacket([0, 10, 20, 1000, 1010, 2000], [0, 1, 2, 0, 1, 2], pixels(2, 2)),
  ),
);

/** Every source that takes a scheduler, six values long. */
const sources: Record<string, (clock: SchedulerLike | undefined) => Observable<unknown>> = {
  poisson: (clock) =>
    poisson({
      channels: 1,
      rate: 80,
      duration: 0.012,
      chunkSteps: 2,
      seed: 1,
      ...(clock && { clock }),
    }),
  fromRaster: (clock) => fromRaster(noise, { chunkSteps: 2, ...(clock && { clock }) }),
  frozenNoise: (clock) =>
    frozenNoise({
      channels: 1,
      rate: 80,
      duration: 0.012,
      chunkSteps: 2,
      seed: 1,
      ...(clock && { clock }),
    }),
  fromSeries: (clock) =>
    fromSeries((seconds) => seconds, {
      delta: { threshold: 1e-3 },
      duration: 0.012,
      chunkSteps: 2,
      ...(clock && { clock }),
    }),
  train: (scheduler) =>
    train(net, [{ input: noise, target: new Float64Array(24) }], {
      epochs: 6,
      reportEvery: 1,
      ...(scheduler && { scheduler }),
    }),
  metronome: (clock) => metronome(1e-3, { ticks: 6, policy: 'catchUp', ...(clock && { clock }) }),
  closeLoop: (clock) =>
    closeLoop<number, number>({
      target: simulator(),
      net,
      environment: { reset: () => 1, step: () => ({ observation: 1 }) },
      encode: () => [1],
      decode: () => 1,
      steps: 6,
      realTime: { policy: 'catchUp', ...(clock && { clock }) },
    }),
  'rasters of a protocol': (clock) =>
    startProtocol(
      protocol([
        { name: 'a', duration: 3e-3 },
        { name: 'b', duration: 3e-3 },
      ]),
      { channels: 1 },
    ).rasters(clock && { clock }),
  'fromFile, at its speed': (clock) =>
    fromFile(new Blob([bytes]), { events: 1, ...(clock ? { clock, speed: 1 } : {}) }),
};

/** Each scheduler, and what makes its time pass. */
const schedulers: Record<string, () => { clock: SchedulerLike | undefined; flush?: () => void }> = {
  none: () => ({ clock: undefined }),
  async: () => ({ clock: asyncScheduler }),
  asap: () => ({ clock: asapScheduler }),
  queue: () => ({ clock: queueScheduler }),
  animationFrame: () => ({ clock: animationFrameScheduler }),
  'virtual time': () => {
    const clock = new VirtualTimeScheduler();
    return { clock, flush: () => clock.flush() };
  },
  'a test': () => {
    const clock = new TestScheduler(() => true);
    return { clock, flush: () => clock.flush() };
  },
};

/** Timers that have been set and neither run nor been cleared, but for those of the tests' own runner. */
const alive = new Set<unknown>();
const timers = (): number => alive.size;

/** Replaces the timers of this process by ones that are counted, and adds frames, which Node has not got. */
function countTimers(): () => void {
  const names = ['Interval', 'Immediate'] as const;
  const own = globalThis as unknown as Record<string, unknown>;
  const before = { ...own };
  for (const name of names) {
    const set = own[`set${name}`] as (work: () => void, ...rest: unknown[]) => unknown;
    const clear = own[`clear${name}`] as (handle: unknown) => void;
    own[`set${name}`] = (work: () => void, ...rest: unknown[]) => {
      const once = (): void => {
        if (name === 'Immediate') alive.delete(handle);
        work();
      };
      const handle = set(once, ...rest);
      alive.add(handle);
      return handle;
    };
    own[`clear${name}`] = (handle: unknown) => {
      alive.delete(handle);
      clear(handle);
    };
  }
  own['requestAnimationFrame'] = (work: (time: number) => void) =>
    setImmediate(() => work(performance.now()));
  own['cancelAnimationFrame'] = (id: NodeJS.Immediate) => clearImmediate(id);
  return () => {
    delete own['requestAnimationFrame'];
    delete own['cancelAnimationFrame'];
    for (const name of names) {
      for (const verb of ['set', 'clear']) own[verb + name] = before[verb + name];
    }
  };
}

let restore = (): void => {};

beforeAll(() => {
  restore = countTimers();
});

afterAll(() => restore());

/** Sources that keep time by the machine's own alarms if they are given no scheduler. */
const byAlarms = ['metronome', 'closeLoop'];

/** Lets virtual time pass whenever promises have had their turn, until a stream has ended. */
async function over<T>(stream: Promise<T>, flush: (() => void) | undefined): Promise<T> {
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  stream.then(end, end);
  while (flush !== undefined && !ended) {
    flush();
    await new Promise(setImmediate);
  }
  return stream;
}

for (const [name, source] of Object.entries(sources)) {
  for (const [title, make] of Object.entries(schedulers)) {
    describe(`${name}, scheduler: ${title}`, () => {
      /** What is left: of alarms, one turn of the event loop, in which nothing happens. */
      const left = async (): Promise<number> => {
        if (title === 'none' && byAlarms.includes(name)) await new Promise(setImmediate);
        return timers();
      };

      it('gives everything, and leaves nothing', async () => {
        const before = timers();
        const { clock, flush } = make();
        const all = lastValueFrom(source(clock).pipe(toArray()));
        expect(await over(all, flush)).toHaveLength(6);
        expect(await left()).toBe(before);
      });

      it('stops at once, within a value and between two, and leaves nothing', async () => {
        const before = timers();
        for (const count of [1, 2, 5]) {
          const { clock, flush } = make();
          const some = lastValueFrom(source(clock).pipe(take(count), toArray()));
          expect(await over(some, flush)).toHaveLength(count);
          expect(await left()).toBe(before);
        }
        const { clock, flush } = make();
        const seen = watch(source(clock));
        seen.unsubscribe();
        const { length } = seen.values;
        flush?.();
        expect(await left()).toBe(before);
        await new Promise((resolve) => setTimeout(resolve, 3));
        expect(seen.values).toHaveLength(length);
      });
    });
  }
}

it('counts timers', () => {
  const seen = watch(sources['poisson']!(asyncScheduler));
  expect(timers()).toBe(1);
  seen.unsubscribe();
  expect(timers()).toBe(0);
});

it('ends a loop with its first step, though its scheduler does things at once', async () => {
  const loop$ = closeLoop<number, number>({
    target: simulator(),
    net,
    environment: { reset: () => 1, step: () => ({ observation: 1 }) },
    encode: () => [1],
    decode: () => 1,
    stimulus: { before: () => false },
    realTime: { clock: queueScheduler },
  });
  expect(await lastValueFrom(loop$.pipe(toArray()))).toHaveLength(1);
});

describe('what goes out by a scheduler', () => {
  /** Sends, or runs on a board; gives what comes of it. */
  const outs: Record<string, (clock: SchedulerLike) => Promise<unknown[]>> = {
    async toUdp(clock) {
      const socket = createSocket('udp4');
      await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
      const sent$ = from([0, 1, 2]).pipe(
        map((i) => aerPacket([i], [0], pixels(2, 2))),
        toUdp({ port: socket.address().port, clock }),
      );
      const sent = await lastValueFrom(sent$);
      socket.close();
      return [sent];
    },
    'runOn a chip': (clock) =>
      lastValueFrom(
        usingLink(
          () => virtualBoard({ clock, realTime: true, mismatch: { fraction: 0 } }).open(),
          (link) => fromRaster(noise, { chunkSteps: 2 }).pipe(runOn(chip(link, { clock }), net)),
        ).pipe(
          map(({ steps }) => steps),
          toArray(),
        ),
      ),
    async toFpga(clock) {
      const { inputWords, configuration } = deploy(net);
      const link = await virtualBoard({ clock, realTime: true, mismatch: { fraction: 0 } }).open();
      await link.configure(configuration);
      const packets$ = fromRaster(noise, { chunkSteps: 2 }).pipe(toEvents());
      const sent$ = packets$.pipe(toFpga(link, { clock, inputWords }));
      const { delivered, late } = await lastValueFrom(sent$);
      await link.close();
      return [delivered! + late!];
    },
  };
  const inReal = { async: asyncScheduler, asap: asapScheduler, queue: queueScheduler };
  for (const [name, run] of Object.entries(outs)) {
    for (const [title, clock] of Object.entries({
      ...inReal,
      animationFrame: animationFrameScheduler,
    })) {
      it(`all of it does, and nothing is left: ${name}, scheduler: ${title}`, async () => {
        const before = timers();
        const all = await run(clock);
        expect(all).toEqual(await run(asyncScheduler));
        expect(timers()).toBe(before);
      });
    }
  }
});

describe('a source without end', () => {
  const endless: Record<string, () => Observable<unknown>> = {
    poisson: () => poisson({ channels: 1, rate: 0, chunkSteps: 1, seed: 0 }),
    'fromPull of a generator': () =>
      fromPull(
        (function* () {
          for (let i = 0; ; i++) yield i;
        })(),
        { consume: (item) => [item] },
      ),
    'fromPull of promises': () =>
      fromPull(
        (async function* () {
          for (let i = 0; ; i++) yield i;
        })(),
        { consume: async (item) => item, credit: 3 },
      ),
    'fromRaster of a million chunks': () =>
      fromRaster(poissonRaster({ channels: 1, rate: 0, duration: 1000, seed: 0 }), {
        chunkSteps: 1,
      }),
    'fromSeries of a function': () =>
      fromSeries((seconds) => seconds, { delta: { threshold: 1 }, chunkSteps: 1 }),
    'fromFile, again and again': () => fromFile(new Blob([bytes]), { events: 1, loop: true }),
    'evaluate of a generator': () =>
      evaluate(
        net,
        (function* () {
          for (;;) yield noise;
        })(),
      ),
    'a protocol without end': () =>
      startProtocol(protocol([{ name: 'a', until: { kind: 'signal', signal$: NEVER } }]), {
        channels: 1,
      }).rasters(),
    'a closed loop in virtual time': () =>
      closeLoop<number, number>({
        target: simulator(),
        net,
        environment: { reset: () => 1, step: () => ({ observation: 1 }) },
        encode: () => [1],
        decode: () => 1,
      }),
    'poisson through a target': () =>
      poisson({ channels: 1, rate: 50, chunkSteps: 1, seed: 0 }).pipe(runOn(simulator(), net)),
  };
  for (const [name, make] of Object.entries(endless)) {
    it(`can be stopped by a timer: ${name}`, async () => {
      const before = timers();
      await stoppedByTimer(make(), () => new Promise((resolve) => setTimeout(resolve, 3)));
      expect(timers()).toBe(before);
    });
  }
});
