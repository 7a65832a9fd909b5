import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

describe('junk', () => {
  it('is met by every function of every entry with an error of its own, or a result', async () => {
    const report = await fuzz({ seed: 1, calls: 800 });
    expect(report.findings).toEqual([]);
    expect(report.calls).toBe(800);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
