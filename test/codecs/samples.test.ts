import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConformance } from 'spikeline/conformance';
import { describe, expect, it } from 'vitest';

const samples = join(import.meta.dirname, 'samples');

describe('event files', () => {
  it('of others give the events that are known of them', async () => {
    const { reports, skipped } = await runConformance(samples);
    expect(reports).toEqual([
      {
        ...{ kind: 'event files', engine: null, cases: 12, passed: 12 },
        ...{ worst: 0, tolerance: 0, failures: [] },
      },
    ]);
    expect(skipped).toEqual([]);
  });

  it('that differ are named, with all that differs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spikeline-samples-'));
    try {
      cpSync(join(samples, 'syn_wrap.dat'), join(folder, 'one.dat'));
      const one = { file: 'one.dat', width: 640, events: 7, t_first: null };
      const files = [one, { file: 'none.dat', events: 1 }];
      writeFileSync(join(folder, 'samples.json'), JSON.stringify({ files }));
      const { reports } = await runConformance(folder);
      expect(reports[0]!.failures).toEqual([
        { case: 'one.dat', error: 'events: 2000, not 7; width: 1280, not 640' },
        { case: 'none.dat', error: expect.stringContaining('no such file') },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('in a folder that is not there are asked for', async () => {
    await expect(runConformance('/nowhere/samples')).rejects.toThrow(/give a folder/);
  });
});
