import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyFolder, runCli } from './run-cli.ts';

/** A folder with one quantisation case whose best known error is `best`. */
function folderWith(best: number): string {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'quantisation'));
  const weights = {
    w_in: [
      [1, 2.1],
      [3, -4.3],
    ],
    w_rec: [
      [0, 5.7],
      [6.6, 0],
    ],
  };
  const cases = { small: { ...weights, best: { mse_nonzero: best } } };
  writeFileSync(join(folder, 'quantisation', 'cases.json'), JSON.stringify(cases));
  return folder;
}

describe('conformance', () => {
  it('passes what holds and names what is not there', async () => {
    const { code, stdout } = await runCli(['conformance', folderWith(1)]);
    expect(code).toBe(0);
    expect(stdout).toContain('quantisation');
    expect(stdout).toContain('skipped: forward');
  });

  it('exits 1 and says which case failed and by how much', async () => {
    const folder = folderWith(0);
    writeFileSync(
      join(folder, 'quantisation', 'cases.json'),
      JSON.stringify({
        hard: {
          w_in: [Array.from({ length: 64 }, (_, i) => Math.sqrt(i + 2))],
          w_rec: [[0]],
          best: { mse_nonzero: 1e-6 },
        },
      }),
    );
    const { code, stdout } = await runCli(['conformance', folder, '--json']);
    expect(code).toBe(1);
    const [report] = JSON.parse(stdout);
    expect(report).toMatchObject({ kind: 'quantisation', cases: 1, passed: 0, tolerance: 1.05 });
    expect(report.failures[0].case).toBe('hard');
    expect(report.failures[0].error).toBeGreaterThan(1.05);
  });

  it('refuses a folder that is not there or holds nothing, with exit code 2', async () => {
    expect((await runCli(['conformance', '/nowhere'])).code).toBe(2);
    const { code, stderr } = await runCli(['conformance', emptyFolder()]);
    expect(code).toBe(2);
    expect(stderr).toContain('no reference numbers');
  });
});
