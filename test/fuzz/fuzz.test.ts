import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

describe('junk', () => {
  it('is met by every function of every entry with an error of its own, or a result', async () => {
    const end = performance.now() + 4000;
    // As many calls as there is time for, the same ones in the same order.
    const report = await fuzz({ seed: 1, calls: 1500, goesOn: () => performance.now() < end });
    expect(report.findings).toEqual([]);
    expect(report.calls).toBeGreaterThan(100);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
