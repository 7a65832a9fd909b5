import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

describe('spikeline', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('frozen-noise');
    expect(stdout).toContain('conformance');
  });

  it('names the commands that exist', async () => {
    const { code, stderr } = await runCli(['frozen']);
    expect(code).toBe(2);
    expect(stderr).toContain('there are frozen-noise, conformance');
  });

  it('gives all reasons at once and exit code 2 on bad options', async () => {
    const { code, stderr } = await runCli([
      'frozen-noise',
      '--seed=-1',
      '--mismatch',
      '7',
      '--chips',
      'x',
      'y',
    ]);
    expect(code).toBe(2);
    for (const word of ['--seed is -1', '--mismatch is 7', '--chips is x', 'y is no option']) {
      expect(stderr).toContain(word);
    }
  });

  it('names the options that exist', async () => {
    const { code, stderr } = await runCli(['frozen-noise', '--sed', '3']);
    expect(code).toBe(2);
    expect(stderr).toContain('--sed');
    expect(stderr).toContain('--seed');
  });

  it.each(['frozen-noise', 'conformance'])('%s has a help worth reading', async (command) => {
    const { code, stdout } = await runCli([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes');
    expect(stdout).toContain('--json');
  });
});
