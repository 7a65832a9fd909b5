import { Observable, take } from 'rxjs';
import { collect } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { marbles } from '#test/support/cases';
import { watch } from '#test/support/watch';

describe('collect', () => {
  const values = { a: 1, b: 2, e: [], x: [1], y: [1, 2] };
  const cases = [
    ['never', '-------', '^------', '-------'],
    ['empty', '---|', '^--!', '---(e|)'],
    ['one', '--a--|', '^----!', '-----(x|)'],
    ['many', '-a-b--|', '^-----!', '------(y|)'],
    ['an error at once', '#', '(^!)', '#'],
    ['an error in the sequence', '-a-b-#', '^----!', '-----#'],
  ] as const;
  for (const [title, source, subscription, expected] of cases) {
    it(`handles ${title}`, () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const given = cold(source, values);
        expectObservable(given.pipe(collect())).toBe(expected, values);
        expectSubscriptions(given.subscriptions).toBe(subscription);
      });
    });
  }

  it('leaves an endless source when it is unsubscribed early', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const given = cold('-a-b-a-b---', values);
      expectObservable(given.pipe(collect()), '----!').toBe('-----');
      expectSubscriptions(given.subscriptions).toBe('^---!');
    });
  });

  it('makes a new list for each subscription', () => {
    const source = new Observable<number>((subscriber) => {
      for (const n of [1, 2, 3]) subscriber.next(n);
      subscriber.complete();
    }).pipe(take(2), collect());
    const [first, second] = [watch(source).values[0], watch(source).values[0]];
    expect(first).toEqual([1, 2]);
    expect(second).toEqual([1, 2]);
    expect(second).not.toBe(first);
  });
});
