// In which order a loop begins and ends, and what it acts on meanwhile.
import { lastValueFrom, of, Subject, type Subscription, toArray } from 'rxjs';
import { lif, linear, pipeline, simulator, type Target } from 'spikeline';
import { type CloseLoopConfig, closeLoop, learnReadout } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';

const net = pipeline(linear({ weight: [[9]] }), lif({ neurons: 1, dt: 1e-3, tauMem: 5e-3 }));
const stopped = -1;

/** A model and a target that write down what becomes of them. */
function told() {
  const log: string[] = [];
  const target = simulator();
  const watched: Target = {
    name: target.name,
    unsupported: (...asked) => target.unsupported(...asked),
    start(...given) {
      const { push, reset, end, stop } = target.start(...given);
      return { push, reset, end, stop: () => [log.push('target stopped'), stop()] };
    },
  } as Target;
  const environment = {
    reset() {
      log.push('reset');
      return 0;
    },
    step(action: number) {
      log.push(`${action}`);
      return { observation: 0 };
    },
    close: () => void log.push('closed'),
  };
  const base: CloseLoopConfig<number, number> = {
    target: watched,
    net,
    environment,
    encode: () => [1],
    decode: () => 5,
    onStop: stopped,
    steps: 2,
  };
  return { log, base, environment };
}

describe('a loop', () => {
  it('sends its last action first, while the target still runs, and stops that last', async () => {
    const { log, base } = told();
    await lastValueFrom(closeLoop(base));
    expect(log).toEqual(['reset', '5', '-1', 'closed', 'target stopped']);
  });

  it('leaves its model to another loop once it has ended all, and not before', () => {
    const { log, base, environment } = told();
    const clock = new TestClock();
    const codes: unknown[] = [];
    const again = () => closeLoop(base).subscribe({ error: ({ code }) => codes.push(code) });
    let subscription: Subscription | undefined;
    const step = environment.step;
    environment.step = (action) => {
      if (action === stopped && subscription !== undefined) {
        subscription = undefined;
        again();
      }
      return step(action);
    };
    const first = closeLoop({ ...base, realTime: { clock } }).subscribe();
    subscription = first;
    clock.advance(0);
    first.unsubscribe();
    expect(codes).toEqual(['busy']);
    expect(log).toEqual(['reset', '-1', 'closed', 'target stopped']);
    again();
    expect(codes).toEqual(['busy']);
    expect(log.slice(4)).toEqual(['reset', '5', '-1', 'closed', 'target stopped']);
  });

  it('that cannot begin leaves its model to others', async () => {
    const { base } = told();
    const decode = Object.assign(() => 5, {
      begin() {
        throw new Error('not now');
      },
    });
    await expect(lastValueFrom(closeLoop({ ...base, decode }))).rejects.toThrow('not now');
    expect(await lastValueFrom(closeLoop(base).pipe(toArray()))).toHaveLength(2);
  });
});

describe('what a loop acts on', () => {
  it('may be a model that has a field of the name of a stream', async () => {
    const { log, base, environment } = told();
    const counted = Object.assign(environment, { observations: 7 });
    await lastValueFrom(closeLoop({ ...base, environment: counted }));
    expect(log).toHaveLength(5);
    await expect(
      lastValueFrom(closeLoop({ ...base, environment: { ...counted, reset: () => 1 } })),
    ).resolves.toMatchObject({ step: 1 });
  });

  it('gives no promises of what it sees', async () => {
    const { base } = told();
    const later = Promise.reject(new Error('unheard'));
    const model = { reset: () => 0, step: () => ({ observation: later as never }) };
    await expect(
      lastValueFrom(closeLoop<number, number>({ ...base, environment: model })),
    ).rejects.toThrow('observation of the environment gave a promise');
    const streams = { observations: of<number>(later as never), actions: { next() {} } };
    await expect(
      lastValueFrom(closeLoop<number, number>({ ...base, environment: streams })),
    ).rejects.toThrow('a sensor gave a promise');
  });
});

it('a readout begins with rates at rest in a loop whose first steps nobody made', () => {
  const decode = learnReadout<number>({
    ...{ inputs: 1, outputs: 1, rule: 'delta', rate: 1e-3, tau: 1, weights: [1] },
    error: () => undefined,
  });
  const firsts = [1, 0].map((count) => {
    const clock = new TestClock();
    const observations = new Subject<number>();
    const actions: number[] = [];
    const { base } = told();
    closeLoop<number, Float64Array>({
      ...base,
      decode,
      environment: { observations, actions: { next() {} } },
      encode: () => [count],
      onStop: undefined as never,
      steps: 40,
      realTime: { clock },
    }).subscribe(({ action }) => actions.push(action[0]!));
    clock.advance(10);
    observations.next(0);
    clock.advance(40);
    expect(actions.length).toBeLessThan(35);
    return actions[0];
  });
  expect(firsts[0]).toBeGreaterThan(0);
  expect(firsts[1]).toBe(0);
});
