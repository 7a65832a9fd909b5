import { InvalidArgumentError } from 'spikeline';
import { drawMismatch, dynapSimParameters, randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';

/** What a stream gives first. */
function first(seed: number, ...labels: (string | number)[]): number {
  return randomStream(seed, ...labels).uniform();
}

describe('a random stream', () => {
  it('is another one for each seed, however large', () => {
    const seeds = [0, 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1, 2 ** 53 - 2, -1];
    expect(new Set(seeds.map((seed) => first(seed))).size).toBe(seeds.length);
    const chips = seeds.map((seed) =>
      drawMismatch(dynapSimParameters({}, 1), { fraction: 0.3 }, seed).Idc.join(),
    );
    expect(new Set(chips).size).toBe(seeds.length);
  });

  it('is another one for labels that differ in half a character, or in where a slash stands', () => {
    const labels = [['\u{1f600}'], ['\u{1f601}'], ['\ud83d'], ['\ude00'], ['a/b'], ['a', 'b']];
    const more = [['a\\/b'], ['a\\', 'b'], ['a\\'], ['a'], ['']];
    const all = [...labels, ...more];
    expect(new Set(all.map((given) => first(1, ...given))).size).toBe(all.length);
  });

  it('is the one it always was', () => {
    expect(first(7, 'mismatch', 3)).toBe(first(7, 'mismatch', '3'));
    expect(first(7, 'mismatch', 3)).toBe(0.4881650526244742);
  });

  it.each<[string, () => unknown]>([
    ['a seed of NaN', () => first(Number.NaN)],
    ['an infinite seed', () => first(Number.POSITIVE_INFINITY)],
    ['a seed that is a text', () => first('1' as never)],
    ['a label that is an object', () => first(1, {} as never)],
    ['a mean of 1e13', () => randomStream(1).poisson(1e13)],
    ['a mean below 0', () => randomStream(1).poisson(-1)],
    ['no numbers to choose from', () => randomStream(1).integer(0)],
  ])('refuses %s', (_, draw) => {
    expect(draw).toThrow(InvalidArgumentError);
  });
});
