import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runCli } from '#test/cli/run-cli';
import { emptyFolder } from '#test/support/folders';

/** What a table says of the two patterns, row by row; random rasters are left out, which take long. */
function patterns(text: string): (readonly string[])[] {
  const rows = text.matchAll(/^(simulated|quantised|chip) {2,}(\S+ \(\S+\)) {2,}(\S+ \(\S+\))/gm);
  return [...rows].map(([, ...cells]) => cells);
}

it('the README quotes what the main job prints', async () => {
  const quoted = patterns(readFileSync('README.md', 'utf8'));
  const args = ['--tests', '1', '--chips', '0', '--out', emptyFolder()];
  const { code, stdout } = await runCli(['frozen-noise', ...args]);
  expect(code).toBe(0);
  expect(quoted).toHaveLength(3);
  expect(patterns(stdout)).toEqual(quoted);
});
