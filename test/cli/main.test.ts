import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCli, spawnCli } from './run-cli.ts';

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
    expect(stderr).toContain('did you mean frozen-noise?');
    expect(stderr).toContain(`There are ${commands.join(', ')}`);
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
    for (const word of ['--seed is -1;', '--mismatch is 7;', '--chips is "x";', 'words is ["y"]']) {
      expect(stderr).toContain(word);
    }
  });

  it('names every option that does not exist, with the nearest that does', async () => {
    const { code, stderr } = await runCli([
      'frozen-noise',
      '--sed',
      '3',
      '--chps=2',
      '--json=yes',
      '--out',
    ]);
    expect(code).toBe(2);
    for (const word of [
      '--sed: there is no such name; did you mean --seed?',
      '--chps: there is no such name; did you mean --chips?',
      '--json is "yes"; it is a switch and takes no value',
      '--out: its value FOLDER is missing',
    ]) {
      expect(stderr).toContain(word);
    }
  });

  it('tells its version, as a process of its own too', async () => {
    const { version } = JSON.parse(readFileSync('cli/package.json', 'utf8')) as { version: string };
    expect(await runCli(['--version'])).toMatchObject({
      code: 0,
      stdout: `spikeline ${version}\n`,
    });
    const root = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(version).toBe(root.version);
    const wrong = await spawnCli(['frozen-noise', '--seed=x']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('--seed is "x"');
  });

  it.each(commands)('%s has a help worth reading', async (command) => {
    const { code, stdout } = await runCli([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes');
    expect(stdout).toContain('--json');
  });
});
