import { map, Observable, type OperatorFunction, take, toArray } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';

/** Runs marbles in virtual time; what is expected is compared with `toEqual`. */
export function marbles(run: (helpers: RunHelpers, clock: TestScheduler) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => run(helpers, scheduler));
}

/**
 * The case list of RxJS for an operator that gives one value for each that comes in, at once.
 * `item(i)` makes the i-th value of a good source.
 */
export function operatorCases<In, Out>(
  name: string,
  operator: () => OperatorFunction<In, Out>,
  item: (index: number) => In,
): void {
  const values = { a: item(0), b: item(1), c: item(2) };
  const cases = [
    ['never', '-------', '^------', '-------'],
    ['empty', '---|', '^--!', '---|'],
    ['one', '--a--|', '^----!', '--x--|'],
    ['many, some at once', '-a-(bc)-|', '^-------!', '-x-(xx)-|'],
    ['an error at once', '#', '(^!)', '#'],
    ['an error in the sequence', '-a-b-#', '^----!', '-x-x-#'],
  ] as const;
  describe(`${name}, case list`, () => {
    for (const [title, source, subscription, expected] of cases) {
      it(`passes on ${title}`, () => {
        marbles(({ cold, expectObservable, expectSubscriptions }) => {
          const given = cold(source, values);
          expectObservable(given.pipe(operator(), map(asX))).toBe(expected);
          expectSubscriptions(given.subscriptions).toBe(subscription);
        });
      });
    }

    it('leaves an endless source when it is unsubscribed early', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const given = cold('-a-b-c-----', values);
        expectObservable(given.pipe(operator(), map(asX)), '----!').toBe('-x-x-');
        expectSubscriptions(given.subscriptions).toBe('^---!');
      });
    });

    it('breaks no unsubscription chain when a stage behind it has enough', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const given = cold('-a-b-c-----', values);
        expectObservable(given.pipe(operator(), map(asX), take(2))).toBe('-x-(x|)');
        expectSubscriptions(given.subscriptions).toBe('^--!');
      });
    });

    it('stops an endless source that emits within subscribe', () => {
      let emitted = 0;
      const endless = new Observable<In>((subscriber) => {
        while (!subscriber.closed && emitted < 100) subscriber.next(item(emitted++));
      });
      let result: Out[] = [];
      endless.pipe(operator(), take(3), toArray()).subscribe((all) => {
        result = all;
      });
      expect(result).toHaveLength(3);
      expect(emitted).toBe(3);
    });

    it('starts anew with each subscription', () => {
      marbles(({ cold, flush, expectSubscriptions }) => {
        const given = cold('-a-b-c-|', values);
        const shared = given.pipe(operator(), toArray());
        const results: Out[][] = [];
        shared.subscribe((all) => results.push(all));
        shared.subscribe((all) => results.push(all));
        expectSubscriptions(given.subscriptions).toBe(['^------!', '^------!']);
        flush();
        expect(results).toHaveLength(2);
        expect(results[0]).toHaveLength(3);
        expect(results[1]).toEqual(results[0]);
      });
    });
  });
}

function asX(): string {
  return 'x';
}
