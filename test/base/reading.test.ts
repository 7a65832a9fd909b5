import { InvalidArgumentError } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { listOf, number, optionProblems, options, readList, readOnce } from '#src/options';
import { problemText, Unread } from '#src/problems';

/** An object that counts how often its field is read, and says something else each time. */
function changing(): { times: () => number; given: { readonly a: number } } {
  let times = 0;
  const given = {
    get a() {
      return ++times;
    },
  };
  return { times: () => times, given };
}

const cause = new Error('not to be read');
const unreadable = (): never => {
  throw cause;
};

describe('readOnce', () => {
  it('reads each field once, of nested objects and lists too', () => {
    const [outer, inner] = [changing(), changing()];
    const copy = readOnce({ ...{ list: [inner.given] }, one: outer.given });
    expect([outer.times(), inner.times()]).toEqual([1, 1]);
    expect([copy.one.a, copy.one.a, copy.list[0]!.a, copy.list[0]!.a]).toEqual([1, 1, 1, 1]);
  });

  it('reads inherited and hidden fields of the names that it is told', () => {
    const given = Object.create({ a: 1 }, { b: { value: 2 }, c: { value: 3 } }) as object;
    expect(readOnce(given, { a: 0, b: 0 })).toEqual({ a: 1, b: 2 });
  });

  it('leaves as they are what has methods, what is of a class, arrays of numbers and what is no object', () => {
    const link = { send: () => {}, info: {} };
    const values = Float64Array.of(1);
    const date = new Date(0);
    const copy = readOnce({ link, values, date });
    expect(copy.link).toBe(link);
    expect(copy.values).toBe(values);
    expect(copy.date).toBe(date);
    expect([readOnce(1), readOnce(undefined), readOnce(null)]).toEqual([1, undefined, null]);
  });

  it('reads what holds itself, and names that are odd', () => {
    const given: Record<string, unknown> = JSON.parse('{"__proto__":{"polluted":1}}');
    given['self'] = given;
    given['list'] = [given];
    const copy = readOnce(given);
    expect(Object.keys(copy)).toEqual(['__proto__', 'self', 'list']);
    expect(copy['self']).toBe(copy);
    expect(copy['list']).toEqual([copy]);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  });

  it('puts in the place of what cannot be read what says so, whatever the check', () => {
    const given = { a: 1, b: 2, c: { d: [1, 2] } };
    Object.defineProperty(given, 'b', { get: unreadable, enumerable: true });
    Object.defineProperty(given.c.d, '1', { get: unreadable, enumerable: true });
    const table = {
      ...{ a: number(), b: () => [] },
      c: options<{ d: unknown }>({ d: listOf(number()) }),
    };
    const problems = optionProblems(readOnce(given, table), table);
    expect(problems.map(problemText)).toEqual([
      'b: it cannot be read: "not to be read"',
      'c.d: it cannot be read: "not to be read"',
    ]);
    expect(new InvalidArgumentError('no', problems).cause).toBe(cause);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(optionProblems(readOnce(proxy), table)[0]!.path).toBe('options');
  });

  it('goes neither through lists that only claim their length, nor deeper than it should', () => {
    const holes = new Array<number>(2 ** 32 - 1);
    const fewer = new Array<number>(2 ** 26);
    let deep: unknown[] = [];
    for (let i = 0; i < 5000; i++) deep = [deep];
    const copy = readOnce({ holes, fewer: [fewer], deep });
    expect(copy.holes).toBeInstanceOf(Unread);
    expect(copy.fewer[0]).toBeInstanceOf(Unread);
    expect(copy.deep).toHaveLength(1);
    const table = { holes: listOf(number()), fewer: () => [], deep: () => [] };
    expect(optionProblems(copy, table).map(problemText)).toEqual([
      'holes.length is 4294967295; 134217728 are the most',
    ]);
  });
});

describe('readList', () => {
  it('reads a list once and keeps its entries', () => {
    const entry = { a: 1 };
    const given = [entry];
    expect(readList(given)).not.toBe(given);
    expect(readList(given)[0]).toBe(entry);
    expect(readList('a list')).toBe('a list');
    Object.defineProperty(given, '0', { get: unreadable });
    expect(readList(given)).toBeInstanceOf(Unread);
  });
});
