// What phases listen to is let go of, wherever a protocol is left or fails.
import { Observable, type Subscription } from 'rxjs';
import { lif, linear, pipeline, simulator } from 'spikeline';
import { closeLoop, type Phase, protocol, startProtocol } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';

const net = pipeline(linear({ weight: [[9]] }), lif({ neurons: 1, dt: 1e-3, tauMem: 5e-3 }));

/** A stream that nothing comes of, which counts who listens, and may do something as it begins or ends. */
function listened({ begins = () => {}, ends = () => {} } = {}) {
  const found = { open: 0, most: 0 };
  const items$ = new Observable<never>(() => {
    found.most = Math.max(found.most, ++found.open);
    begins();
    return () => {
      found.open--;
      ends();
    };
  });
  return { found, items$ };
}

/** Runs a loop of a phase that comes after a short one, for some milliseconds; gives what it ended with. */
function looped(phase: Omit<Phase, 'name'>, leave: { at?: number; now?: () => void } = {}) {
  const run = startProtocol(
    protocol([
      { name: 'before', duration: 2e-3 },
      { name: 'tried', ...phase },
    ]),
    { channels: 1 },
  );
  const clock = new TestClock();
  const ends: unknown[] = [];
  const loop = closeLoop<number, number>({
    target: simulator(),
    net,
    environment: { reset: () => 0, step: (observation) => ({ observation }) },
    encode: () => [0],
    decode: () => 0,
    stimulus: run,
    realTime: { clock },
  });
  const subscription: Subscription = loop.subscribe({
    error: (cause) => ends.push(cause),
    complete: () => ends.push('complete'),
  });
  leave.now = () => subscription.unsubscribe();
  for (let ms = 0; ms < 8; ms++) {
    clock.advance(1);
    if (ms === leave.at) subscription.unsubscribe();
  }
  return { ends, run };
}

describe('what a phase listens to is let go of', () => {
  it('where another of its stimuli cannot be', () => {
    const { found, items$ } = listened();
    const pulses = { kind: 'pulses', every: 0.1, channels: [7] } as const;
    const { ends, run } = looped({ duration: 1, stimulus: [{ kind: 'stream', items$ }, pulses] });
    expect(ends).toEqual([
      expect.objectContaining({ message: expect.stringContaining('channel 7') }),
    ]);
    expect(found).toEqual({ open: 0, most: 1 });
    expect(run.state).toBe('aborted');
  });

  it('where a trigger cannot be listened to', () => {
    const { found, items$ } = listened();
    const signal$ = {
      subscribe() {
        throw new Error('nobody there');
      },
    };
    const until = { kind: 'signal', signal$ } as const;
    const { ends } = looped({ stimulus: { kind: 'stream', items$ }, until });
    expect(ends).toEqual([new Error('nobody there')]);
    expect(found).toEqual({ open: 0, most: 1 });
  });

  it('where the loop is left as a stimulus or a trigger is listened to', () => {
    for (const kind of ['stream', 'signal'] as const) {
      const leave: { now?: () => void } = {};
      const { found, items$ } = listened({ begins: () => leave.now!() });
      const after = listened();
      const until = { kind: 'signal', signal$: items$ } as const;
      const later = { kind: 'signal', signal$: after.items$ } as const;
      const { ends, run } = looped(
        kind === 'stream'
          ? { stimulus: { kind, items$ }, until: later }
          : { until: [until, later] },
        leave,
      );
      expect(ends).toEqual([]);
      expect(found).toEqual({ open: 0, most: 1 });
      expect(after.found).toEqual({ open: 0, most: 0 });
      expect(run.state).toBe('aborted');
    }
  });

  it('whatever one of them does as it ends', () => {
    const bad = listened({
      ends() {
        throw new Error('stuck');
      },
    });
    const good = listened();
    const stimulus = [bad, good].map(({ items$ }) => ({ kind: 'stream', items$ }) as const);
    const { ends } = looped({ duration: 3e-3, stimulus });
    expect(String(ends)).toContain('stuck');
    expect([bad.found.open, good.found.open]).toEqual([0, 0]);
  });
});
