import fc from 'fast-check';
import { NEVER, Observable, of, Subject, take, throwError } from 'rxjs';
import { fromPull, InvalidArgumentError } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { runs } from '#test/support/runs';
import { settled } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const same = (item: number) => of(item);

/** A source whose items come when the test says so; tells what was asked of it. */
function hand() {
  let answer: ((result: IteratorResult<number>) => void) | undefined;
  let refuse: ((cause: unknown) => void) | undefined;
  const calls: string[] = [];
  const iterable: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        calls.push('next');
        return new Promise((resolve, reject) => {
          answer = resolve;
          refuse = reject;
        });
      },
      return: async () => {
        calls.push('return');
        return { done: true, value: undefined };
      },
    }),
  };
  return {
    iterable,
    calls,
    async give(value: number) {
      answer!({ done: false, value });
      await settled();
    },
    async end() {
      answer!({ done: true, value: undefined });
      await settled();
    },
    async fail(cause: unknown) {
      refuse!(cause);
      await settled();
    },
  };
}

/** Numbers from 0; tells how many were taken and whether it was closed. */
function counted(count = Number.POSITIVE_INFINITY) {
  const state = { taken: 0, closed: 0 };
  const iterable: Iterable<number> = {
    [Symbol.iterator]: () => {
      let at = 0;
      return {
        next: () => {
          if (at >= count) return { done: true, value: undefined };
          state.taken++;
          return { done: false, value: at++ };
        },
        return: () => {
          state.closed++;
          return { done: true, value: undefined };
        },
      };
    },
  };
  return { iterable, state };
}

describe('fromPull, case list', () => {
  it('never: asks once, waits, and gives nothing', async () => {
    const source = hand();
    const seen = watch(fromPull(source.iterable, { consume: same }));
    await settled();
    expect([source.calls, seen.values, seen.ended]).toEqual([['next'], [], 'no']);
    seen.unsubscribe();
  });

  it('empty: completes', async () => {
    for (const source of [[], counted(0).iterable]) {
      const seen = watch(fromPull(source, { consume: same }));
      await settled();
      expect([seen.values, seen.ended]).toEqual([[], 'completed']);
    }
  });

  it('one and many: gives what the consumer makes of each, in order', async () => {
    for (const items of [[7], [1, 2, 3]]) {
      const seen = watch(fromPull(items, { consume: async (item) => item * 2 }));
      await settled();
      expect(seen.values).toEqual(items.map((item) => item * 2));
      expect(seen.ended).toBe('completed');
    }
  });

  it('takes an async generator, and closes it when it is left early', async () => {
    let closed = false;
    async function* numbers() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    }
    const seen = watch(fromPull(numbers(), { consume: same }).pipe(take(3)));
    await settled();
    expect([seen.values, seen.ended, closed]).toEqual([[0, 1, 2], 'completed', true]);
  });

  it('an error in the sequence: passes it on, and does not close what has failed', async () => {
    const failure = new Error('bad sector');
    const source = hand();
    const seen = watch(fromPull(source.iterable, { consume: same }));
    await source.give(1);
    await source.fail(failure);
    expect([seen.values, seen.error]).toEqual([[1], failure]);
    expect(source.calls).toEqual(['next', 'next']);
  });

  it('an error at once: passes on what the source throws', async () => {
    const failure = new Error('no such file');
    const sources: Iterable<number>[] = [
      {
        [Symbol.iterator]: () => {
          throw failure;
        },
      },
      {
        [Symbol.iterator]: () => ({
          next: () => {
            throw failure;
          },
        }),
      },
    ];
    for (const source of sources) {
      const seen = watch(fromPull(source, { consume: same }));
      await settled();
      expect(seen.error).toBe(failure);
    }
  });

  it('endless: can be left early, and the source is closed once', async () => {
    const { iterable, state } = counted();
    const seen = watch(fromPull(iterable, { consume: same }).pipe(take(5)));
    await settled();
    expect([seen.values, seen.ended]).toEqual([[0, 1, 2, 3, 4], 'completed']);
    expect(state).toEqual({ taken: 5, closed: 1 });
  });

  it('passes on what a consumer throws and the error of what it returns, and closes', async () => {
    const failure = new Error('no disk');
    const consumers = [
      () => {
        throw failure;
      },
      () => throwError(() => failure),
    ];
    for (const consume of consumers) {
      const { iterable, state } = counted();
      const seen = watch(fromPull(iterable, { consume }));
      await settled();
      expect([seen.error, state]).toEqual([failure, { taken: 1, closed: 1 }]);
    }
  });
});

describe('fromPull', () => {
  it('asks for nothing before it is subscribed, and reads anew for each', async () => {
    const { iterable, state } = counted(3);
    const source = fromPull(iterable, { consume: same });
    await settled();
    expect(state.taken).toBe(0);
    for (let i = 1; i <= 2; i++) {
      const seen = watch(source);
      await settled();
      expect([seen.values, state.taken]).toEqual([[0, 1, 2], 3 * i]);
    }
    // What has come to its end needs no closing.
    expect(state.closed).toBe(0);
  });

  it('has never more than `credit` items under way, and drops none', async () => {
    const orders = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 15 }),
        orders,
        async (credit, count, order) => {
          const { iterable, state } = counted(count);
          const under: Subject<number>[] = [];
          const consume = (): Subject<number> => {
            const work = new Subject<number>();
            under.push(work);
            return work;
          };
          const seen = watch(fromPull(iterable, { credit, consume }));
          let finished = 0;
          for (const pick of order) {
            await settled();
            expect(under.length).toBe(Math.min(credit, count - finished));
            expect(state.taken).toBe(finished + under.length);
            if (under.length === 0) break;
            // Items may be done in any order.
            const [work] = under.splice(pick % under.length, 1);
            work!.next(finished);
            work!.complete();
            finished++;
          }
          await settled();
          expect([seen.values.length, seen.ended]).toEqual([count, 'completed']);
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it('closes the source at once when it is unsubscribed while it waits for an item', async () => {
    const source = hand();
    const seen = watch(fromPull(source.iterable, { consume: same }));
    await source.give(1);
    expect(source.calls).toEqual(['next', 'next']);
    seen.unsubscribe();
    expect(source.calls).toEqual(['next', 'next', 'return']);
    await source.give(2);
    expect([seen.values, source.calls.length]).toEqual([[1], 3]);
  });

  it('closes the source at once when it is unsubscribed while it waits for credit', async () => {
    const { iterable, state } = counted();
    const work = new Subject<never>();
    const seen = watch(fromPull(iterable, { credit: 2, consume: () => work }));
    await settled();
    expect(state).toEqual({ taken: 2, closed: 0 });
    seen.unsubscribe();
    expect(state).toEqual({ taken: 2, closed: 1 });
    expect(work.observed).toBe(false);
    await settled();
    expect(state).toEqual({ taken: 2, closed: 1 });
  });

  it('closes the source at once when a consumer fails while it waits for an item', async () => {
    const source = hand();
    const work = new Subject<never>();
    const seen = watch(fromPull(source.iterable, { credit: 2, consume: () => work }));
    await source.give(1);
    work.error('full');
    expect(seen.error).toBe('full');
    expect(source.calls).toEqual(['next', 'next', 'return']);
    await source.give(2);
    expect(source.calls).toHaveLength(3);
  });

  it('completes when the last item is done, not when it was read', async () => {
    const work = new Subject<number>();
    const seen = watch(fromPull([1], { credit: 3, consume: () => work }));
    await settled();
    expect(seen.ended).toBe('no');
    work.next(5);
    work.complete();
    await settled();
    expect([seen.values, seen.ended]).toEqual([[5], 'completed']);
  });

  it('waits for a consumer that never ends', async () => {
    const seen = watch(fromPull([1, 2], { consume: () => NEVER }));
    await settled();
    expect(seen.ended).toBe('no');
    seen.unsubscribe();
  });

  it('is unmoved when the source fails to close', async () => {
    const iterable: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: 1 }),
        return: () => Promise.reject(new Error('cannot close')),
      }),
    };
    const seen = watch(fromPull(iterable, { consume: same }).pipe(take(1)));
    await settled();
    expect([seen.values, seen.ended]).toEqual([[1], 'completed']);
  });

  it('takes a source that cannot be closed', async () => {
    const iterable: Iterable<number> = {
      [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }),
    };
    const seen = watch(fromPull(iterable, { consume: same }).pipe(take(2)));
    await settled();
    expect([seen.values, seen.ended]).toEqual([[1, 1], 'completed']);
  });

  it('reads 100 000 items with consumers that are done at once', async () => {
    let sum = 0;
    const { iterable } = counted(100_000);
    await new Promise<void>((resolve) => {
      fromPull(iterable, { consume: (item) => [item] }).subscribe({
        next: (item) => {
          sum += item;
        },
        complete: resolve,
      });
    });
    expect(sum).toBe((100_000 * 99_999) / 2);
  });

  it('stops a consumer that emits without end within subscribe', async () => {
    let emitted = 0;
    const endless = new Observable<number>((subscriber) => {
      while (!subscriber.closed && emitted < 100) subscriber.next(emitted++);
    });
    const seen = watch(fromPull([1], { consume: () => endless }).pipe(take(3)));
    await settled();
    expect([seen.values, emitted]).toEqual([[0, 1, 2], 3]);
  });

  it('refuses a credit that is no whole number above zero', () => {
    for (const credit of [0, -1, 1.5, Number.NaN]) {
      expect(() => fromPull([1], { credit, consume: same })).toThrow(InvalidArgumentError);
      expect(() => fromPull([1], { credit, consume: same })).toThrow(`credit is ${credit}`);
    }
  });
});
