import {
  animationFrameScheduler,
  asapScheduler,
  asyncScheduler,
  lastValueFrom,
  NEVER,
  type Observable,
  queueScheduler,
  type SchedulerLike,
  take,
  takeUntil,
  tap,
  timer,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
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
  train,
} from 'spikeline';
import { codecNamed } from 'spikeline/codecs';
import { aerPacket, pixels } from 'spikeline/events';
import { closeLoop, protocol, startProtocol } from 'spikeline/loop';
import { evaluate, fromFile, fromSeries } from 'spikeline/sources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watch } from '#test/support/watch';

const net = pipeline(linear({ weight: [[9, 5]] }), dynapSim({ neurons: 2 }));
const noise = poissonRaster({ channels: 1, rate: 300, duration: 0.012, seed: 3 });

const bytes = Uint8Array.from(
  codecNamed('dat').encoder!().push(aerPacket([0, 10, 20], [0, 1, 2], pixels(2, 2))),
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

for (const [name, source] of Object.entries(sources)) {
  for (const [title, make] of Object.entries(schedulers)) {
    describe(`${name}, scheduler: ${title}`, () => {
      it('gives everything, and leaves nothing', async () => {
        const before = timers();
        const { clock, flush } = make();
        const all = lastValueFrom(source(clock).pipe(toArray()));
        flush?.();
        expect(await all).toHaveLength(6);
        expect(timers()).toBe(before);
      });

      it('stops at once, within a value and between two, and leaves nothing', async () => {
        const before = timers();
        for (const count of [1, 2, 5]) {
          const { clock, flush } = make();
          const some = lastValueFrom(source(clock).pipe(take(count), toArray()));
          flush?.();
          expect(await some).toHaveLength(count);
          expect(timers()).toBe(before);
        }
        const { clock, flush } = make();
        const seen = watch(source(clock));
        seen.unsubscribe();
        const { length } = seen.values;
        flush?.();
        expect(timers()).toBe(before);
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
      let values = 0;
      await lastValueFrom(
        make().pipe(
          tap(() => values++),
          takeUntil(timer(5)),
        ),
        { defaultValue: undefined },
      );
      const stopped = values;
      await new Promise((resolve) => setTimeout(resolve, 3));
      expect(values).toBe(stopped);
      expect(values).toBeGreaterThan(0);
      expect(timers()).toBe(before);
    });
  }
});
