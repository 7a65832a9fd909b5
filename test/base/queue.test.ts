import fc from 'fast-check';
import { expect, it } from 'vitest';
import { queue } from '#src/queue';

it('a queue gives back what was added, oldest first, however much waits', () => {
  // Numbers are added; null takes one out.
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat()), { maxLength: 200 }), (calls) => {
      const [real, wanted] = [queue<number>(), [] as number[]];
      for (const call of calls) {
        if (call === null) expect(real.shift()).toBe(wanted.shift());
        else {
          real.push(call);
          wanted.push(call);
        }
        expect(real.size).toBe(wanted.length);
        expect(real.first).toBe(wanted[0]);
        expect(wanted.map((_, i) => real.at(i))).toEqual(wanted);
        expect(real.at(wanted.length)).toBeUndefined();
      }
      real.clear();
      expect([real.size, real.first, real.shift()]).toEqual([0, undefined, undefined]);
    }),
  );
});
