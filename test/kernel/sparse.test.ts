import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byLength } from '#src/kernel/sparse';

it('orders rows by their lengths, and those of one length as they stand', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40)), (lengths) => {
      const starts = new Uint32Array(lengths.length + 1);
      for (const [row, length] of lengths.entries()) starts[row + 1] = starts[row]! + length;
      const none = { indices: new Uint32Array(0), counts: new Float32Array(0) };
      const wanted = [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]!);
      expect(Array.from(byLength({ starts, ...none }))).toEqual(wanted);
    }),
  );
});
