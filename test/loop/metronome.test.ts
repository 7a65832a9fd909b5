import { take } from 'rxjs';
import { DeviceError, InvalidArgumentError } from 'spikeline';
import { type LagPolicy, metronome, type Tick } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { TestClock } from '#test/support/test-clock';

/** Ticks of 1 ms for 50 ms, the sixth of which takes 30 ms. */
function slowly(policy: LagPolicy) {
  const clock = new TestClock(7);
  const ticks: Tick[] = [];
  const at: number[] = [];
  const ends: unknown[] = [];
  let most = 0;
  const source = metronome(1e-3, { policy, clock, ticks: 50 });
  source.subscribe({
    next(tick) {
      at.push(clock.now() - 7);
      ticks.push(tick);
      if (tick.tick === 5) clock.stall(30);
      most = Math.max(most, clock.waiting);
    },
    error: (cause) => ends.push(cause),
    complete: () => ends.push('complete'),
  });
  clock.advance(100);
  return { ticks, at, ends, most, left: clock.waiting, losses: source.losses.byReason };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('a metronome', () => {
  it('ticks at whole multiples of its step, by its own clock', () => {
    const clock = new TestClock(3);
    const at: number[] = [];
    metronome(1 / 3000, { clock })
      .pipe(take(4))
      .subscribe(({ time, late }) => at.push(time, late, clock.now()));
    clock.advance(10);
    expect(at.filter((_, i) => i % 3 === 0)).toEqual([0, 333, 667, 1000]);
    expect(at[10]! / 1000).toBeCloseTo(0, 9);
    expect(at[11]).toBeCloseTo(4, 9);
    expect(clock.waiting).toBe(0);
  });

  it('leaves ticks out that it cannot make, and counts them', () => {
    const { ticks, at, ends, most, left, losses } = slowly('skip');
    expect(ticks.map(({ tick }) => tick)).toEqual([...numbers(0, 6), ...numbers(35, 50)]);
    expect(at).toEqual([...numbers(0, 6), ...numbers(35, 50)]);
    expect(ticks.map(({ missed }) => missed).filter((missed) => missed > 0)).toEqual([29]);
    expect({ ...losses }).toEqual({ missed: 29 });
    expect([most, left, ends]).toEqual([0, 0, ['complete']]);
  });

  it('or makes them up, one after the other, with never more than one in wait', () => {
    const { ticks, at, ends, most, left, losses } = slowly('catchUp');
    expect(ticks.map(({ tick }) => tick)).toEqual(numbers(0, 50));
    expect(at.slice(5, 37)).toEqual([5, ...Array.from({ length: 29 }, () => 35), 35, 36]);
    expect(ticks[6]!.late).toBeCloseTo(29_000, 6);
    expect({ ...losses }).toEqual({ late: 29 });
    expect([most, left, ends]).toEqual([0, 0, ['complete']]);
  });

  it('or stops', () => {
    const { ticks, ends, left } = slowly('stop');
    expect(ticks).toHaveLength(6);
    expect(ends).toHaveLength(1);
    expect(ends[0]).toBeInstanceOf(DeviceError);
    expect(ends[0]).toMatchObject({ code: 'timed-out' });
    expect(String(ends[0])).toContain('29 steps late');
    expect(left).toBe(0);
  });

  it('counts no ticks as missed that were not to come', () => {
    const clock = new TestClock();
    const source = metronome(1e-3, { clock, ticks: 4 });
    let last: unknown;
    source.subscribe({
      next: ({ tick }) => tick === 1 && clock.stall(20),
      complete: () => (last = 'complete'),
    });
    clock.advance(30);
    expect([source.losses.byReason['missed'], last, clock.waiting]).toEqual([2, 'complete', 0]);
  });

  it('refuses what is no time, and all else at once', () => {
    const bad = { policy: 'hurry', spin: 2, clock: {}, ticks: 0, losses: 1, beat: 1 } as never;
    expect(() => metronome(1e-6, bad)).toThrow(InvalidArgumentError);
    try {
      metronome(1e-6, bad);
    } catch (cause) {
      const paths = (cause as InvalidArgumentError).problems.map(({ path }) => path);
      expect(paths.toSorted()).toEqual(
        ['beat', 'clock', 'dt', 'losses', 'policy', 'spin', 'ticks'].toSorted(),
      );
    }
  });
});
