import { describe, expect, it } from 'vitest';
import { setAlarm } from '#src/alarm';
import { awakeClock, systemClock } from '#src/clock';

/** Sets alarms and waits until all have rung. */
async function rung(delays: readonly number[]): Promise<{ order: number[]; early: number }> {
  const order: number[] = [];
  let early = 0;
  await Promise.all(
    delays.map((delay, i) => {
      const due = performance.now() + delay;
      return new Promise<void>((resolve) => {
        setAlarm(() => {
          if (performance.now() < due) early++;
          order.push(i);
          resolve();
        }, delay);
      });
    }),
  );
  return { order, early };
}

describe('alarms', () => {
  it('ring in their order, each once, none before its time', async () => {
    const { order, early } = await rung([3, 0.2, 12, 0.7, 0, 5.5, -1]);
    expect(early).toBe(0);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(order.indexOf(1)).toBeLessThan(order.indexOf(0));
    expect(order.at(-1)).toBe(2);
  });

  it('can be taken back, also by one that rings', async () => {
    const calls: string[] = [];
    const gone = setAlarm(() => calls.push('gone'), 1);
    const other = systemClock.schedule(() => calls.push('other'), 2);
    setAlarm(() => other.unsubscribe(), 0.5);
    gone.unsubscribe();
    await rung([4]);
    expect(calls).toEqual([]);
  });

  it('let timers and the outside have their turn', async () => {
    let turns = 0;
    const again = (): void => {
      if (turns < 1e6) setAlarm(again, 0);
      turns++;
    };
    again();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(turns).toBeGreaterThan(1);
    turns = 1e6;
    await rung([1]);
  });
});

describe('the clock that stays awake', () => {
  it('calls once, in time, and is refused without a time that can be', async () => {
    const clock = awakeClock(1);
    const begin = clock.now();
    const due = await new Promise<number>((resolve) => {
      clock.schedule(() => resolve(clock.now()), 2);
    });
    expect(due - begin).toBeGreaterThanOrEqual(2);
    for (const awake of [-1, Number.NaN, 1001, '1' as never]) {
      expect(() => awakeClock(awake)).toThrow(/no clock can be made.*awake/s);
    }
  });
});
