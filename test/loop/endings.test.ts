import { Subject, take } from 'rxjs';
import {
  chip,
  DeviceError,
  dynapSim,
  linear,
  pipeline,
  simulator,
  type Target,
  virtualBoard,
} from 'spikeline';
import {
  type CloseLoopConfig,
  closeLoop,
  type Environment,
  type LagPolicy,
  type LoopEnd,
  type LoopSession,
  type LoopStep,
} from 'spikeline/loop';
import { beforeEach, describe, expect, it } from 'vitest';
import { spied } from '#test/support/links';
import { TestClock } from '#test/support/test-clock';

const net = pipeline(linear({ weight: [[30]] }), dynapSim({ neurons: 1, name: 'out' }));
const stopped = -1;

/** An environment that says what was done to it, and may do something itself in a step. */
function world(inStep: (step: number) => void = () => {}) {
  const sent: number[] = [];
  const passed: number[] = [];
  let closings = 0;
  const environment: Environment<number, number> = {
    reset: () => 0,
    step(action, dt) {
      sent.push(action);
      passed.push(Math.round(dt * 1000));
      if (action !== stopped) inStep(sent.length);
      return { observation: sent.length };
    },
    close: () => void closings++,
  };
  return {
    environment,
    sent,
    passed,
    get closings() {
      return closings;
    },
  };
}

/** A target that counts its runs that go on. */
function watched(target: Target): Target & { readonly running: number } {
  let running = 0;
  return {
    name: target.name,
    ...(target.immediate === undefined ? {} : { immediate: target.immediate }),
    get running() {
      return running;
    },
    unsupported: (...asked) => target.unsupported(...asked),
    start(...given) {
      const run = target.start(...given);
      running++;
      let stoppedOnce = false;
      const stop = (): void => {
        if (!stoppedOnce) running--;
        stoppedOnce = true;
        run.stop();
      };
      return { push: (input) => run.push(input), reset: run.reset, end: run.end, stop };
    },
  };
}

function recorder() {
  const ends: LoopEnd[] = [];
  let begins = 0;
  let steps = 0;
  const session: LoopSession = {
    begin: () => void begins++,
    step: () => void steps++,
    end: (end) => void ends.push(end),
  };
  return {
    session,
    ends,
    get begins() {
      return begins;
    },
    get steps() {
      return steps;
    },
  };
}

let clock: TestClock;
beforeEach(() => {
  clock = new TestClock();
});

/** A loop under way: what is known of it, and that everything is freed at its end. */
function running(
  own: ReturnType<typeof world>,
  change: Partial<CloseLoopConfig<number, number>> = {},
  leave = Number.POSITIVE_INFINITY,
) {
  const record = recorder();
  const target = watched(change.target ?? simulator());
  const steps: LoopStep<number, number>[] = [];
  const ends: unknown[] = [];
  const loop = closeLoop<number, number>({
    net,
    environment: own.environment,
    encode: () => [1],
    decode: ({ counts }) => counts[0]!,
    onStop: stopped,
    session: record.session,
    ...change,
    target,
  });
  const subscription = loop.pipe(take(leave)).subscribe({
    next: (step) => steps.push(step),
    error: (cause) => ends.push(cause),
    complete: () => ends.push('complete'),
  });
  return { steps, ends, losses: loop.losses.byReason, subscription, target, record };
}

/** Lets time pass until a loop has ended; in virtual time it may let others have a turn. */
async function ended({ ends, record }: ReturnType<typeof running>): Promise<void> {
  for (let i = 0; i < 1000 && ends.length === 0 && record.ends.length === 0; i++) {
    clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Proves that everything was freed, and that the last that was done was to stop. */
function freed(own: ReturnType<typeof world>, loop: ReturnType<typeof running>): LoopEnd {
  expect(own.sent.at(-1)).toBe(stopped);
  expect(own.sent.filter((action) => action === stopped)).toHaveLength(1);
  expect(own.closings).toBe(1);
  expect(loop.target.running).toBe(0);
  expect(clock.waiting).toBe(0);
  expect(loop.record.begins).toBe(1);
  expect(loop.record.ends).toHaveLength(1);
  expect(loop.record.steps).toBe(loop.record.ends[0]!.made);
  return loop.record.ends[0]!;
}

for (const realTime of [false, true]) {
  const timed = () => (realTime ? { realTime: { clock } } : {});
  describe(`a loop in ${realTime ? 'real' : 'virtual'} time`, () => {
    it('sends the last action and frees everything when its steps are made', async () => {
      const own = world();
      const loop = running(own, { steps: 20, ...timed() });
      await ended(loop);
      expect(freed(own, loop)).toMatchObject({ reason: 'steps', made: 20 });
      expect(loop.ends).toEqual(['complete']);
    });

    it('when its subscriber leaves in the middle of a step', async () => {
      const own = world();
      const loop = running(own, timed(), 5);
      await ended(loop);
      expect(freed(own, loop)).toMatchObject({ reason: 'unsubscribed', made: 5 });
      expect(loop.ends).toEqual(['complete']);
      expect(loop.steps).toHaveLength(5);
    });

    it('when the environment fails', async () => {
      const own = world((step) => {
        if (step === 7) throw new Error('it broke');
      });
      const loop = running(own, timed());
      await ended(loop);
      expect(freed(own, loop)).toMatchObject({ reason: 'error', made: 7 });
      expect(String(loop.ends)).toContain('it broke');
    });

    it('when what decodes fails, or the session', async () => {
      for (const change of [
        {
          decode: () => {
            throw new Error('no idea');
          },
        },
      ]) {
        const own = world();
        const loop = running(own, { ...timed(), ...change });
        await ended(loop);
        expect(String(loop.ends)).toContain('no idea');
        expect(own.sent).toEqual([stopped]);
        expect([own.closings, loop.target.running, clock.waiting]).toEqual([1, 0, 0]);
      }
    });

    it('when the target fails while it starts', async () => {
      const link = await virtualBoard({ seed: 1 }).open();
      const busy = chip(link);
      const other = busy.start(net, { next() {}, error() {}, complete() {} });
      const own = world();
      const loop = running(own, { target: busy, ...timed() });
      clock.advance(5);
      expect(loop.ends[0]).toMatchObject({ code: 'busy' });
      expect([own.sent, own.closings, clock.waiting]).toEqual([[stopped], 1, 0]);
      other.stop();
      await link.close();
    });

    it('when its board is unplugged', async () => {
      const link = spied(await virtualBoard({ seed: 1, clock, realTime }).open());
      const own = world((step) => {
        if (step === 9) Object.getPrototypeOf(link).unplug();
      });
      const mode = realTime ? 'immediate' : 'scheduled';
      const loop = running(own, { target: chip(link, { clock, mode }), ...timed() });
      await clock.runUntil(() => loop.ends.length > 0);
      expect(loop.ends[0]).toBeInstanceOf(DeviceError);
      expect(loop.ends[0]).toMatchObject({ code: 'disconnected' });
      expect(freed(own, loop)).toMatchObject({ reason: 'error', cause: loop.ends[0] });
      expect(link.listeners).toBe(0);
    });

    it('when its last action fails, which is an error then', async () => {
      const own = world();
      const environment: Environment<number, number> = {
        ...own.environment,
        step(action, dt) {
          if (action === stopped) throw new Error('stuck');
          return own.environment.step(action, dt);
        },
      };
      const loop = running({ ...own, environment, closings: 0 }, { steps: 3, ...timed() });
      await ended(loop);
      expect(String(loop.ends)).toContain('stuck');
      expect(loop.record.ends).toMatchObject([{ reason: 'error', made: 3 }]);
      expect([own.closings, loop.target.running, clock.waiting]).toEqual([1, 0, 0]);
    });

    it('and what a sensor says, its end and its failure', () => {
      for (const how of ['complete', 'error'] as const) {
        const observations = new Subject<number>();
        const sent: number[] = [];
        const environment = { observations, actions: { next: (a: number) => void sent.push(a) } };
        const loop = running(world(), { environment, ...timed() });
        for (let k = 0; k < 4; k++) {
          observations.next(k);
          clock.advance(1);
        }
        observations[how](new Error('cut'));
        clock.advance(5);
        expect(sent.at(-1)).toBe(stopped);
        expect(sent.length).toBeGreaterThan(3);
        expect(observations.observed).toBe(false);
        expect([loop.target.running, clock.waiting, loop.ends.length]).toEqual([0, 0, 1]);
        const [reason, end] = how === 'error' ? ['error', 'Error: cut'] : ['done', 'complete'];
        expect(loop.record.ends).toMatchObject([{ reason }]);
        expect(`${loop.ends[0]}`).toBe(end);
      }
    });
  });
}

describe('a loop one of whose steps takes 30 ms at a step of 1 ms', () => {
  const slowly = (policy: LagPolicy) => {
    const own = world((step) => {
      if (step === 10) clock.stall(30);
    });
    const loop = running(own, { steps: 60, realTime: { clock, policy } });
    let most = 0;
    for (let i = 0; i < 100; i++) {
      clock.advance(1);
      most = Math.max(most, clock.waiting);
    }
    return { own, loop, most };
  };

  it('leaves the steps out that it missed, and tells the environment of their time', () => {
    const { own, loop, most } = slowly('skip');
    expect(loop.steps.map(({ step }) => step).slice(9, 13)).toEqual([9, 10, 40, 41]);
    expect({ ...loop.losses }).toEqual({ missed: 29 });
    expect(own.passed.slice(8, 12)).toEqual([1, 1, 30, 1]);
    expect(loop.steps.at(-1)!.step).toBe(59);
    expect(loop.steps).toHaveLength(31);
    expect(most).toBe(1);
    expect(freed(own, loop)).toMatchObject({ reason: 'steps', losses: { missed: 29 } });
  });

  it('or makes all of them', () => {
    const { own, loop, most } = slowly('catchUp');
    expect(loop.steps.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect({ ...loop.losses }).toEqual({ late: 29 });
    expect(own.passed.every((ms) => ms === 1)).toBe(true);
    expect(most).toBe(1);
    freed(own, loop);
  });

  it('or ends', () => {
    const { own, loop } = slowly('stop');
    expect(loop.steps).toHaveLength(11);
    expect(loop.ends[0]).toMatchObject({ code: 'timed-out' });
    expect(freed(own, loop)).toMatchObject({ reason: 'error', made: 11 });
  });
});

describe('a loop in real time', () => {
  it('counts no steps as missed that were not to come', () => {
    const own = world((step) => {
      if (step === 10) clock.stall(30);
    });
    const loop = running(own, { steps: 20, realTime: { clock } });
    clock.advance(60);
    expect(loop.steps).toHaveLength(11);
    expect({ ...loop.losses }).toEqual({ missed: 9 });
    freed(own, loop);
  });

  it('sees the newest of what a sensor says, and counts what nobody saw', () => {
    const observations = new Subject<number>();
    const environment = { observations, actions: { next() {} } };
    const loop = running(world(), { environment, realTime: { clock } });
    for (let k = 0; k < 30; k++) {
      clock.advance(0.25);
      observations.next(k);
    }
    clock.advance(3);
    const seen = loop.steps.map(({ observation }) => observation);
    expect(seen).toEqual([2, 6, 10, 14, 18, 22, 26, 29, 29, 29]);
    expect(loop.losses['superseded']).toBe(30 - new Set(seen).size);
    loop.subscription.unsubscribe();
    expect(observations.observed).toBe(false);
  });

  it('ends in the middle of a step of its environment', () => {
    const own = world((step) => {
      if (step === 4) loop.subscription.unsubscribe();
    });
    const loop = running(own, { realTime: { clock } });
    clock.advance(10);
    expect(freed(own, loop)).toMatchObject({ reason: 'unsubscribed', made: 4 });
  });
});

describe('a loop on a board in real time', () => {
  it('goes on with the newest action while answers are under way, each counted to its step', async () => {
    const link = await virtualBoard({
      seed: 1,
      clock,
      realTime: true,
      mismatch: { fraction: 0 },
    }).open();
    const relay = pipeline(
      linear({ weight: [[30]] }),
      dynapSim({ neurons: 1, Ispkthr: 1e-10, Itau_syn: 1e-9 }),
    );
    const own = world();
    const target = chip(link, { clock, mode: 'immediate' });
    const encode = (_: number, { step }: { readonly step: number }) => [+(step % 10 === 0)];
    const loop = running(own, { target, net: relay, encode, steps: 100, realTime: { clock } });
    await clock.runUntil(() => loop.ends.length > 0, 500);
    expect(loop.ends).toEqual(['complete']);
    expect(loop.steps.map(({ step }) => step)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const answered = loop.steps.filter(({ step, action }) => step % 10 === 0 && action > 0);
    expect(answered).toHaveLength(10);
    for (const { latency } of loop.steps) {
      expect(latency).toBeGreaterThan(0);
      expect(latency).toBeLessThanOrEqual(2000);
    }
    expect({ ...loop.losses }).toEqual({});
    await link.close();
    freed(own, loop);
  });

  it('hands over no more steps than it can keep while the board is silent', async () => {
    const own = world();
    // A target that takes everything and answers nothing.
    const mute: Target = {
      name: 'mute',
      unsupported: () => [],
      start: () => ({ push: () => void pushed++, reset() {}, end() {}, stop() {} }),
    };
    let pushed = 0;
    const loop = running(own, { target: mute, realTime: { clock } });
    clock.advance(500);
    expect(pushed).toBe(64);
    expect(loop.losses['stalled']).toBe(501 - 64);
    loop.subscription.unsubscribe();
    expect(freed(own, loop)).toMatchObject({ reason: 'unsubscribed', made: 0 });
  });
});
