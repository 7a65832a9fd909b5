import { expect, it, vi } from 'vitest';
import { freeNames } from '#src/free-names';

it('numbers names that are taken, whoever has them, and asks about as often as there are names', () => {
  const taken = new Set(['b 3']);
  const isTaken = vi.fn((name: string) => taken.has(name));
  const free = freeNames(isTaken);
  const take = (name: string): string => {
    const own = free(name);
    taken.add(own);
    return own;
  };
  expect(['a', 'a', 'a 2', 'a', 'b', 'b', 'b'].map(take)).toEqual([
    'a',
    'a 2',
    'a 2 2',
    'a 3',
    'b',
    'b 2',
    'b 4',
  ]);
  taken.delete('a');
  expect(take('a')).toBe('a');
  isTaken.mockClear();
  expect(new Set(Array.from({ length: 5000 }, () => take('many'))).size).toBe(5000);
  expect(isTaken.mock.calls.length).toBeLessThan(4 * 5000);
});
