import { lossCounter, type Marks, type Series, series } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import type { LslApi, LslDescription, LslInlet, LslSamples } from '#src/lsl/api';
import { hearLsl } from '#src/lsl/hearing';
import { lslSender } from '#src/lsl/sending';
import { TestClock } from '#test/support/test-clock';

const eeg: LslDescription = {
  ...{ name: 'eeg', type: 'EEG', channels: 2, rate: 100, texts: false, source: 'a' },
};

/** A stream whose clock is `ahead` seconds before ours and drifts, as a program makes it. */
function instrument(clock: TestClock, description: LslDescription, ahead = 1000, drift = 0) {
  const queue: LslSamples[] = [];
  const state = {
    ...{ restarted: false, closed: 0, fails: undefined as Error | undefined, asked: 0 },
    /** How long the next questions take, seconds. */
    trips: [] as number[],
  };
  const now = (): number => clock.now() / 1000;
  const theirs = (): number => now() * (1 + drift) + ahead;
  const inlet: LslInlet = {
    description,
    pull() {
      if (state.fails !== undefined) throw state.fails;
      return queue.shift();
    },
    async correction() {
      state.asked++;
      const trip = state.trips.shift() ?? 1e-4;
      // The other clock was read at one end of a slow question, which its middle misses by half of it.
      const off = trip > 0.01 ? trip / 2 : 0;
      return { remote: theirs(), offset: now() - theirs() + off, uncertainty: trip };
    },
    restarted() {
      const was = state.restarted;
      state.restarted = false;
      return was;
    },
    async close() {
      state.closed++;
    },
  };
  const api: LslApi = {
    now,
    find: async (predicate) => (predicate === "name='none'" ? [] : [inlet]),
    outlet: () => {
      throw new Error('not here');
    },
  };
  const push = (...values: number[]): void => {
    queue.push({
      times: Float64Array.of(theirs()),
      values: Float64Array.from(values),
      texts: description.texts ? ['go'] : [],
    });
  };
  return { api, state, push, queue, theirs };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

async function hear(
  clock: TestClock,
  api: LslApi,
  predicate = "name='eeg'",
): Promise<{
  items: (Series | Marks)[];
  errors: unknown[];
  stop: () => void;
  losses: ReturnType<typeof lossCounter>;
}> {
  const items: (Series | Marks)[] = [];
  const errors: unknown[] = [];
  const losses = lossCounter();
  const stop = hearLsl(
    api,
    { predicate, wait: 1, every: 10, lateness: 200, clock, losses },
    { next: (item) => items.push(item), error: (cause) => errors.push(cause) },
  );
  await settle();
  return { items, errors, stop, losses };
}

/** Runs for some milliseconds, with what promises bring. */
async function run(clock: TestClock, milliseconds: number, each = (): void => {}): Promise<void> {
  for (let t = 0; t < milliseconds; t += 10) {
    each();
    clock.advance(10);
    await settle();
  }
}

describe('hearing over Lab Streaming Layer', () => {
  it('lays the clock of an instrument on ours, drift and all', async () => {
    const clock = new TestClock(5000);
    const { api, push } = instrument(clock, eeg, 1234.5, 2e-4);
    const { items, losses, errors, stop } = await hear(clock, api);
    const pushed: number[] = [];
    await run(clock, 30_000, () => {
      pushed.push(clock.now() * 1000);
      push(1, -1);
    });
    stop();
    const times = items.flatMap(({ timestamps }) => [...timestamps]);
    expect(errors).toEqual([]);
    expect(times.length).toBeGreaterThan(2990);
    const late = times.slice(500).map((time, i) => Math.abs(time - pushed[i + 500]!));
    expect(Math.max(...late)).toBeLessThan(200);
    expect(losses.total).toBe(0);
    expect((items[0] as Series).channels).toBe(2);
  });

  it('does not begin with answers that took long, unless none is quicker', async () => {
    for (const [trips, off] of [
      [[1.5, 0.8], 0],
      [[0.2, 0.1, 0.4, 0.3], 50_000],
    ] as const) {
      const clock = new TestClock(5000);
      const { api, push, state } = instrument(clock, eeg);
      state.trips.push(...trips);
      const { items, losses } = await hear(clock, api);
      const pushed: number[] = [];
      await run(clock, 1040, () => {
        pushed.push(clock.now() * 1000);
        push(1, -1);
      });
      const times = items.flatMap(({ timestamps }) => [...timestamps]);
      expect(times.length).toBeGreaterThan(100);
      const apart = times.map((time, i) => Math.abs(time - pushed[i]!));
      expect(Math.max(...apart)).toBeLessThanOrEqual(off + 1);
      expect(losses.total).toBe(0);
    }
  });

  it('counts what is missing when an instrument begins again', async () => {
    const clock = new TestClock();
    const { api, push, state } = instrument(clock, eeg);
    const { items, losses } = await hear(clock, api);
    await run(clock, 1000, () => push(0, 0));
    await run(clock, 500);
    state.restarted = true;
    await run(clock, 1000, () => push(0, 0));
    expect(losses.byReason).toEqual({ restarted: 1, lost: 50 });
    const samples = items.reduce((sum, { timestamps }) => sum + timestamps.length, 0);
    expect(samples).toBeGreaterThan(195);
  });

  it('lets time pass in silence, and never goes back', async () => {
    const clock = new TestClock(10_000);
    const { api, push } = instrument(clock, { ...eeg, rate: 0 });
    const { items, losses } = await hear(clock, api);
    await run(clock, 1000);
    expect(items.at(-1)!.until).toBeGreaterThan(10.7e6);
    push(1, 1);
    await run(clock, 50);
    const untils = items.map(({ until }) => until);
    expect([...untils].sort((a, b) => a - b)).toEqual(untils);
    expect(losses.total).toBe(0);
  });

  it('gives texts as marks', async () => {
    const clock = new TestClock();
    const { api, push } = instrument(clock, { ...eeg, channels: 1, rate: 0, texts: true });
    const { items } = await hear(clock, api);
    push();
    await run(clock, 50);
    expect(items.find(({ timestamps }) => timestamps.length > 0)).toMatchObject({ labels: ['go'] });
  });

  it('ends with what failed, and closes once', async () => {
    const clock = new TestClock();
    const { api, state } = instrument(clock, eeg);
    const { errors, stop } = await hear(clock, api);
    state.fails = new Error('unplugged');
    await run(clock, 50);
    expect(errors).toEqual([state.fails]);
    stop();
    expect([state.closed, clock.waiting]).toEqual([1, 0]);
    const none = await hear(clock, api, "name='none'");
    expect(String(none.errors[0])).toContain('was found within 1 s');
  });
});

describe('sending over Lab Streaming Layer', () => {
  const outlets: { description: LslDescription; sent: number[][]; closed: number }[] = [];
  const api: LslApi = {
    now: () => 100,
    find: async () => [],
    outlet(description) {
      const own = { description, sent: [] as number[][], closed: 0 };
      outlets.push(own);
      return {
        heard: outlets.length !== 2,
        send: (times, values) => own.sent.push([...times], [...values]),
        close: () => {
          own.closed++;
        },
      };
    },
  };
  const sending = { name: 's', source: 's', rate: 0, type: undefined, labels: [], timed: false };

  it('lays the first sample at now, and keeps all distances', () => {
    const sender = lslSender(api, sending);
    sender.take(series([5e6, 5.5e6], [1, 2]));
    sender.take(series([6e6], [3]));
    sender.close();
    sender.close();
    expect(outlets.at(-1)).toMatchObject({
      description: { type: 'Signal', channels: 1, texts: false },
      sent: [[100, 100.5], [1, 2], [101], [3]],
      closed: 1,
    });
    expect(sender.counts).toEqual({ sent: 3, unheard: 0 });
  });

  it('counts what nobody heard, and refuses another kind', () => {
    const sender = lslSender(api, { ...sending, timed: true });
    sender.take(series([5e6, 6e6], [1, 2]));
    expect(outlets.at(-1)!.sent[0]).toEqual([5, 6]);
    expect(sender.counts).toEqual({ sent: 0, unheard: 2 });
    expect(() => sender.take(series([7e6], [1, 2], 2))).toThrow(/series of 1 channels/);
    expect(() => sender.take({ steps: 0 } as never)).toThrow(/toEvents/);
  });
});
