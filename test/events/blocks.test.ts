import { DataError } from 'spikeline';
import { expect, it } from 'vitest';
import { bounded, mostValues, reals, wholes } from '#src/events/blocks';

it('cuts arrays of zeros from large blocks, none over another', () => {
  const arrays = Array.from({ length: 4000 }, (_, i) =>
    i % 2 === 0 ? reals(i % 97) : wholes(i % 89),
  );
  expect(arrays.map(({ length }) => length)).toEqual(
    arrays.map((_, i) => (i % 2 === 0 ? i % 97 : i % 89)),
  );
  const soiled = arrays.findIndex((array, i) => {
    const clean = array.every((value) => value === 0);
    array.fill(i);
    return !clean;
  });
  expect(soiled).toBe(-1);
  expect(arrays.findIndex((array, i) => array.some((value) => value !== i))).toBe(-1);
  const blocks = new Set(arrays.filter(({ length }) => length > 0).map(({ buffer }) => buffer));
  expect(blocks.size).toBeLessThan(4);
  expect([...blocks].every(({ byteLength }) => byteLength >= 2 ** 20)).toBe(true);
});

it('gives large arrays memory of their own', () => {
  for (const large of [reals(100_000), wholes(100_000)]) {
    expect(large.buffer.byteLength).toBe(large.byteLength);
  }
});

it('refuses more values than a raster has, and goes on', () => {
  for (const length of [mostValues + 1, 2 ** 30, 2 ** 31, 2 ** 32 + 8, 1e13]) {
    for (const make of [reals, wholes, bounded]) {
      expect(() => make(length)).toThrow(DataError);
      expect(() => make(length)).toThrow(/cut it into chunks of fewer steps/);
    }
    expect([reals(3).length, wholes(3).length, bounded(3)]).toEqual([3, 3, 3]);
  }
});
