import { describe, expect, it } from 'vitest';
import { readFailure } from '#src/files/failure';
import { causeText } from '#src/problems';

const boom = (): never => {
  throw new Error('not to be read');
};

describe('what was thrown', () => {
  it.each<[unknown, string]>([
    [new TypeError('no such thing'), 'no such thing'],
    [{ message: 'of another world' }, 'of another world'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [7n, '7n'],
    [{ code: 5 }, '{"code":5}'],
    [Object.create(null), '{}'],
    [{ toString: boom }, '{"toString":a function}'],
  ])('is told in words, %#', (cause, said) => {
    expect(causeText(cause)).toBe(said);
    expect(readFailure('here', cause).message).toBe(`here: cannot be read (${said})`);
  });

  it('is told although it cannot be read', () => {
    const cause = Object.defineProperty({}, 'message', { enumerable: true, get: boom });
    expect(causeText(cause)).toBe('an object that cannot be read');
    const proxy = new Proxy({}, { get: boom, has: boom, ownKeys: boom });
    expect(readFailure('here', proxy).message).toMatch(/^here: cannot be read \(/);
  });
});
