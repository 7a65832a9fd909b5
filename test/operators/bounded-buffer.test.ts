import fc from 'fast-check';
import { concat, from, NEVER, Observable, of, range, Subject, take, throwError } from 'rxjs';
import {
  type BoundedBufferConfig,
  type BufferPolicy,
  boundedBuffer,
  DeviceError,
  InvalidArgumentError,
} from 'spikeline';
import { lossCounter } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { marbles, operatorCases } from '#test/support/cases';
import { runs } from '#test/support/runs';
import { watch } from '#test/support/watch';

const policies: readonly BufferPolicy[] = ['dropOldest', 'dropNewest', 'error'];

for (const policy of policies) {
  const config = { capacity: 1, policy, consume: (item: number) => of(item) };
  operatorCases(
    `boundedBuffer, ${policy}`,
    () => boundedBuffer(config),
    (index) => index,
  );
}

/** A consumer whose work on each item ends when the test says so. */
function hand() {
  const under: { item: number; done: Subject<string> }[] = [];
  const taken: number[] = [];
  return {
    under,
    taken,
    consume: (item: number): Observable<string> => {
      const done = new Subject<string>();
      under.push({ item, done });
      taken.push(item);
      return done;
    },
    finish(): void {
      const { item, done } = under.shift()!;
      done.next(`${item}!`);
      done.complete();
    },
  };
}

describe('boundedBuffer', () => {
  const overflowing = (policy: BufferPolicy) => ({
    capacity: 2,
    policy,
    consume: (letter: string) => of(letter),
  });

  it('dropOldest lets the oldest waiting item give way', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('abcde|');
      const consume = (letter: string) => cold('------(x|)', { x: letter });
      const buffer = boundedBuffer({ ...overflowing('dropOldest'), consume });
      expectObservable(source.pipe(buffer)).toBe('------a-----d-----(e|)');
      expectSubscriptions(source.subscriptions).toBe('^----!');
      cold('-------------------|').subscribe({
        complete: () => expect(buffer.losses.byReason).toEqual({ dropOldest: 2 }),
      });
    });
  });

  it('dropNewest drops the item that comes', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('abcde|');
      const consume = (letter: string) => cold('------(x|)', { x: letter });
      const buffer = boundedBuffer({ ...overflowing('dropNewest'), consume });
      expectObservable(source.pipe(buffer)).toBe('------a-----b-----(c|)');
      expectSubscriptions(source.subscriptions).toBe('^----!');
      cold('-------------------|').subscribe({
        complete: () => expect(buffer.losses.byReason).toEqual({ dropNewest: 2 }),
      });
    });
  });

  it('error ends the stream with an overflow and lets go of source and consumer', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('abcde|');
      const work = cold('------(x|)');
      const buffer = boundedBuffer({ ...overflowing('error'), consume: () => work });
      const overflow = expect.objectContaining({ name: 'DeviceError', code: 'overflow' });
      expectObservable(source.pipe(buffer)).toBe('---#', undefined, overflow);
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectSubscriptions(work.subscriptions).toBe('^--!');
    });
  });

  it('works on one item at a time and completes after the last', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('ab|');
      const work = cold('--x-y-|');
      const buffer = boundedBuffer({ capacity: 2, policy: 'error', consume: () => work });
      expectObservable(source.pipe(buffer)).toBe('--x-y---x-y-|');
      expectSubscriptions(source.subscriptions).toBe('^-!');
      expectSubscriptions(work.subscriptions).toBe(['^-----!', '------^-----!']);
    });
  });

  it('holds never more than its capacity, counts what it drops and keeps the order', () => {
    const steps = fc.array(fc.boolean(), { maxLength: 60 });
    const kinds = fc.constantFrom<BufferPolicy>('dropOldest', 'dropNewest');
    fc.assert(
      fc.property(steps, kinds, fc.integer({ min: 1, max: 4 }), (all, policy, capacity) => {
        const source = new Subject<number>();
        const losses = lossCounter();
        const { under, taken, consume, finish } = hand();
        const seen = watch(source.pipe(boundedBuffer({ capacity, policy, consume, losses })));
        // What the buffer should hold, written down the slow way.
        let model: number[] = [];
        const expected: number[] = [];
        let busy = false;
        let dropped = 0;
        let item = 0;
        for (const comes of all) {
          if (comes) {
            if (!busy) expected.push(item);
            else if (model.length < capacity) model.push(item);
            else {
              dropped++;
              if (policy === 'dropOldest') model = [...model.slice(1), item];
            }
            busy = true;
            source.next(item++);
          } else if (busy) {
            finish();
            const next = model.shift();
            busy = next !== undefined;
            if (next !== undefined) expected.push(next);
          }
          expect(under.length).toBe(busy ? 1 : 0);
          expect(taken).toEqual(expected);
          expect(losses.total).toBe(dropped);
          const held = item - dropped - taken.length;
          expect(held).toBe(model.length);
          expect(held).toBeLessThanOrEqual(capacity);
        }
        source.complete();
        while (under.length > 0) finish();
        expect(seen.values).toEqual([...expected, ...model].map((n) => `${n}!`));
        expect(seen.ended).toBe('completed');
        expect(seen.values.length + losses.total).toBe(item);
        expect(losses.byReason).toEqual(dropped === 0 ? {} : { [policy]: dropped });
      }),
      { numRuns: runs(200) },
    );
  });

  it('takes 100 000 items with consumers that are done at once', () => {
    let sum = 0;
    const buffer = boundedBuffer({ capacity: 1, policy: 'error', consume: (n: number) => [n] });
    const seen = watch(
      new Observable<never>((subscriber) =>
        range(0, 100_000)
          .pipe(buffer)
          .subscribe({
            next: (n) => {
              sum += n;
            },
            complete: () => subscriber.complete(),
          }),
      ),
    );
    expect(seen.ended).toBe('completed');
    expect(sum).toBe((100_000 * 99_999) / 2);
  });

  it('drains 100 000 waiting items at once when the first one is done', () => {
    const first = new Subject<number>();
    const buffer = boundedBuffer({
      capacity: 100_000,
      policy: 'error',
      consume: (n: number) => (n === 0 ? first : of(n)),
    });
    const seen = watch(range(0, 100_000).pipe(buffer));
    expect(seen.values).toHaveLength(0);
    first.complete();
    expect(seen.values).toHaveLength(99_999);
    expect(seen.ended).toBe('completed');
  });

  it('stays within its capacity when what it emits makes the source emit', () => {
    const source = new Subject<number>();
    const buffer = boundedBuffer({
      capacity: 1,
      policy: 'dropNewest',
      consume: (n: number) => [n],
    });
    const values: number[] = [];
    source.pipe(buffer).subscribe((n) => {
      values.push(n);
      if (n < 3) for (const more of [n + 1, n + 11]) source.next(more);
    });
    source.next(0);
    expect(values).toEqual([0, 1, 2, 3]);
    expect(buffer.losses.byReason).toEqual({ dropNewest: 3 });
  });

  it('lets go of source, consumer and waiting items when it is unsubscribed early', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('abc----');
      const work = cold('-----x|');
      const buffer = boundedBuffer({ capacity: 2, policy: 'error', consume: () => work });
      expectObservable(source.pipe(buffer), '---!').toBe('----');
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectSubscriptions(work.subscriptions).toBe('^--!');
    });
  });

  it('stops a consumer that emits without end within subscribe', () => {
    let emitted = 0;
    const endless = new Observable<number>((subscriber) => {
      while (!subscriber.closed && emitted < 100) subscriber.next(emitted++);
    });
    const buffer = boundedBuffer({ capacity: 1, policy: 'error', consume: () => endless });
    expect(watch(of(0).pipe(buffer, take(3))).values).toEqual([0, 1, 2]);
    expect(emitted).toBe(3);
  });

  it('passes on what a consumer throws, and the error of what it returns', () => {
    const failure = new Error('no disk');
    const consumers: BoundedBufferConfig<number, number>['consume'][] = [
      () => {
        throw failure;
      },
      () => throwError(() => failure),
    ];
    for (const consume of consumers) {
      const source = new Subject<number>();
      const seen = watch(source.pipe(boundedBuffer({ capacity: 1, policy: 'error', consume })));
      source.next(0);
      expect(seen.error).toBe(failure);
      expect(source.observed).toBe(false);
    }
  });

  it('passes on the error of its source at once and stops the consumer', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-#');
      const work = cold('-----|');
      const buffer = boundedBuffer({ capacity: 1, policy: 'error', consume: () => work });
      expectObservable(source.pipe(buffer)).toBe('--#');
      expectSubscriptions(work.subscriptions).toBe('^-!');
    });
  });

  it('waits for a consumer that never ends, though the source is complete', () => {
    const buffer = boundedBuffer({
      capacity: 1,
      policy: 'error',
      consume: (n: number) => concat(of(n), NEVER),
    });
    const seen = watch(of(7).pipe(buffer));
    expect(seen.values).toEqual([7]);
    expect(seen.ended).toBe('no');
    seen.unsubscribe();
  });

  it('counts in the counter it is given, over all subscriptions', () => {
    const losses = lossCounter();
    const consume = (): Observable<never> => NEVER;
    const buffer = boundedBuffer({ capacity: 1, policy: 'dropNewest', consume, losses });
    for (let i = 0; i < 2; i++) watch(from([1, 2, 3, 4]).pipe(buffer)).unsubscribe();
    expect(buffer.losses).toBe(losses);
    expect(losses.total).toBe(4);
  });

  it('refuses a capacity that is no whole number above zero', () => {
    for (const capacity of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const build = () => boundedBuffer({ capacity, policy: 'error', consume: () => [] });
      expect(build).toThrow(InvalidArgumentError);
      expect(build).toThrow(`capacity is ${capacity}`);
    }
  });

  it('is of the errors of devices', () => {
    const buffer = boundedBuffer({ capacity: 1, policy: 'error', consume: () => NEVER });
    const { error } = watch(from([1, 2, 3]).pipe(buffer));
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as DeviceError).message).toContain('1 items wait');
  });
});
