import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

const commands = ['frozen-noise', 'conformance', 'import', 'deploy', 'inspect'];

describe('spikeline', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toContain(command);
  });

  it('names the commands that exist', async () => {
    const { code, stderr } = await runCli(['frozen']);
    expect(code).toBe(2);
    expect(stderr).toContain(`there are ${commands.join(', ')}`);
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

  it.each(commands)('%s has a help worth reading', async (command) => {
    const { code, stdout } = await runCli([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes');
    expect(stdout).toContain('--json');
  });
});
