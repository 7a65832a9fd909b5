// Whoever leaves a loop from inside of its parts, and parts that take their time.
import { EMPTY, interval, lastValueFrom, of, Subject, takeUntil, toArray } from 'rxjs';
import { lif, linear, pipeline, simulator, type Target } from 'spikeline';
import { type CloseLoopConfig, closeLoop, type LoopSession } from 'spikeline/loop';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';

const net = pipeline(
  linear({ weight: [[9]] }),
  lif({ neurons: 1, dt: 1e-3, tauMem: 5e-3, name: 'out' }),
);
const stopped = -1;
const model = { reset: () => 0, step: () => ({ observation: 0 }) };
const base: CloseLoopConfig<number, number> = {
  target: simulator(),
  net,
  environment: model,
  encode: () => [1],
  decode: () => 5,
  onStop: stopped,
};

/** Failures of promises that nobody has heard. */
const unheard: unknown[] = [];
const hear = (cause: unknown): void => void unheard.push(cause);
beforeEach(() => {
  unheard.length = 0;
  process.on('unhandledRejection', hear);
});
afterEach(() => void process.off('unhandledRejection', hear));
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe.each(['encode', 'decode', 'stimulus', 'actions', 'session', 'after'] as const)(
  'a loop that is left in %s',
  (where) => {
    it.each([true, false])(
      'does nothing after its last action; in real time: %s',
      async (timed) => {
        const clock = new TestClock();
        const told: unknown[] = [];
        const leave = (): void => {
          if (told.length >= 4) subscription.unsubscribe();
        };
        const session: LoopSession = {
          begin() {},
          step() {
            told.push('step');
            if (where === 'session') leave();
          },
          end: ({ reason }) => void told.push(reason),
        };
        const observations = new Subject<number>();
        const loop = closeLoop<number, number>({
          ...base,
          session,
          environment: {
            observations,
            actions: {
              next(action: number) {
                told.push(action);
                if (where === 'actions') leave();
              },
            },
          },
          encode() {
            if (where === 'encode') leave();
            return [1];
          },
          decode() {
            if (where === 'decode') leave();
            return 5;
          },
          stimulus: {
            before() {
              if (where === 'stimulus') leave();
              return true;
            },
            after() {
              if (where === 'after') leave();
            },
          },
          ...(timed && { realTime: { clock } }),
        });
        const subscription = loop.subscribe();
        for (let k = 0; k < 9; k++) {
          observations.next(k);
          await clock.pass(1);
        }
        expect(told.slice(-2)).toEqual([stopped, 'unsubscribed']);
        expect(told.filter((one) => one === stopped || one === 'unsubscribed')).toHaveLength(2);
        expect(clock.waiting).toBe(0);
      },
    );
  },
);

describe('a loop that is left while it is subscribed to', () => {
  it.each(['reset', 'encode', 'decode', 'step'] as const)('does nothing more: in %s', (where) => {
    const stop$ = new Subject<void>();
    const told: unknown[] = [];
    let calls = 0;
    const leave = (here: string): void => {
      if (here === where && (here === 'reset' || ++calls === 3)) stop$.next();
    };
    const loop = closeLoop<number, number>({
      ...base,
      environment: {
        reset() {
          leave('reset');
          return 0;
        },
        step(action) {
          told.push(action);
          leave('step');
          return { observation: 0 };
        },
        close: () => void told.push('close'),
      },
      encode() {
        leave('encode');
        return [1];
      },
      decode() {
        leave('decode');
        return 5;
      },
    });
    const steps: number[] = [];
    loop.pipe(takeUntil(stop$)).subscribe(({ step }) => steps.push(step));
    const actions = { reset: 0, encode: 2, decode: 2, step: 3 }[where];
    expect(told).toEqual([...Array(actions).fill(5), stopped, 'close']);
    expect(steps).toHaveLength({ reset: 0, encode: 2, decode: 2, step: 3 }[where]);
  });
});

describe('a loop in real time whose sensor ends before the first step', () => {
  it.each([
    ['of many', of(1, 2, 3), 3],
    ['of none', EMPTY, 0],
  ])('ends, and counts what nobody saw: %s', async (_, observations, superseded) => {
    const sent: number[] = [];
    const environment = { observations, actions: { next: (a: number) => void sent.push(a) } };
    const loop = closeLoop<number, number>({ ...base, environment, realTime: true });
    expect(await lastValueFrom(loop.pipe(toArray()))).toEqual([]);
    expect(sent).toEqual([stopped]);
    expect(loop.losses.total).toBe(superseded);
  });
});

describe('what takes its time and fails', () => {
  const fails = () => Promise.reject(new Error('stuck'));
  const ends = (config: Partial<CloseLoopConfig<number, number>>) => {
    const loop = closeLoop<number, number>({ ...base, ...config });
    return { loop, over: lastValueFrom(loop.pipe(toArray())) };
  };

  it('ends a loop: an actuator', async () => {
    const environment = { observations: interval(1), actions: { next: fails } };
    await expect(ends({ environment, realTime: true }).over).rejects.toThrow('stuck');
    await turn();
    expect(unheard).toEqual([]);
  });

  it('is refused: a model', async () => {
    const environment = { ...model, step: fails as never };
    await expect(ends({ environment }).over).rejects.toThrow('gave a promise');
    await turn();
    expect(unheard).toEqual([]);
  });

  it('is counted after the end: the last action, and closing', async () => {
    const next = (action: number) => (action === stopped ? fails() : undefined);
    const live = ends({ environment: { observations: of(1, 2), actions: { next } } });
    await live.over;
    const modelled = ends({ environment: { ...model, close: fails as never }, steps: 3 });
    expect(await modelled.over).toHaveLength(3);
    await turn();
    expect([live, modelled].map(({ loop }) => ({ ...loop.losses.byReason }))).toEqual([
      { failedLate: 1 },
      { failedLate: 1 },
    ]);
    expect(unheard).toEqual([]);
  });
});

describe('a target that ends by itself', () => {
  it.each([false, true])(
    'ends the loop, which would wait for ever; immediate: %s',
    async (immediate) => {
      const sent: number[] = [];
      const target: Target = {
        name: 'short',
        immediate,
        unsupported: () => [],
        start(_, { complete }) {
          return { push: () => complete(), reset() {}, end() {}, stop() {} };
        },
      };
      const environment = {
        ...model,
        step(action: number) {
          sent.push(action);
          return { observation: 0 };
        },
      };
      const loop = closeLoop<number, number>({ ...base, target, environment, steps: 9 });
      await expect(lastValueFrom(loop.pipe(toArray()))).rejects.toMatchObject({
        code: 'disconnected',
        message: expect.stringContaining('in the midst of the loop'),
      });
      expect(sent).toEqual([stopped]);
    },
  );
});
