import packageJson from 'spikeline/package.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { allCalls, leftOut } from './calls.ts';
import { fuzz } from './fuzz.ts';

describe('junk', () => {
  it('is tried on every function of every entry', async () => {
    const names = new Set(allCalls().map(({ name }) => name.split('.')[1]!));
    for (const path of Object.keys(packageJson.exports).filter((one) => !one.endsWith('.json'))) {
      const exported = (await import(`spikeline${path.slice(1)}`)) as Record<string, unknown>;
      const functions = Object.keys(exported).filter(
        (name) => typeof exported[name] === 'function',
      );
      expect(functions.filter((name) => !names.has(name) && !leftOut.includes(name))).toEqual([]);
    }
  });

  it('is met by every function of every entry with an error of its own, or a result', async () => {
    // What nobody has said anything of is tried by `npm run fuzz` alone.
    const of = allCalls().filter(({ declared }) => declared);
    const calls = Number(process.env['FUZZ_CALLS'] ?? of.length);
    const report = await fuzz({ seed: 1, calls, of });
    expect(report.findings).toEqual([]);
    expect(report.calls).toBe(calls);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
