import { expect, it } from 'vitest';
import { reals, wholes } from '#src/events/blocks';

it('cuts arrays of zeros from large blocks, none over another', () => {
  const arrays = Array.from({ length: 4000 }, (_, i) =>
    i % 2 === 0 ? reals(i % 97) : wholes(i % 89),
  );
  for (const [i, array] of arrays.entries()) {
    expect(array.length).toBe(i % 2 === 0 ? i % 97 : i % 89);
    expect(array.every((value) => value === 0)).toBe(true);
    array.fill(i);
  }
  for (const [i, array] of arrays.entries()) {
    expect(array.every((value) => value === i)).toBe(true);
  }
  const blocks = new Set(arrays.filter(({ length }) => length > 0).map(({ buffer }) => buffer));
  expect(blocks.size).toBeLessThan(4);
  expect([...blocks].every(({ byteLength }) => byteLength >= 2 ** 20)).toBe(true);
});

it('gives large arrays memory of their own', () => {
  for (const large of [reals(100_000), wholes(100_000)]) {
    expect(large.buffer.byteLength).toBe(large.byteLength);
  }
});
