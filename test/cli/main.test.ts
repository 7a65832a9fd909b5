import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commands as all } from '#cli/commands/index';
import { processTerminal, type StopSignal } from '#cli/terminal';
import { program } from '#test/support/programs';
import { runCli } from './run-cli.ts';

const commands = all.map(({ name }) => name);
/** What prints findings. */
const finders = commands.filter((name) => name !== 'board');

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

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync('cli/package.json', 'utf8')) as { version: string };
    expect(await runCli(['--version'])).toMatchObject({
      code: 0,
      stdout: `spikeline ${version}\n`,
    });
    const root = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(version).toBe(root.version);
  });

  it.each(commands)('%s has a help worth reading', async (command) => {
    const { code, stdout } = await runCli([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes');
  });

  it.each(finders)('%s prints JSON for scripts', async (command) => {
    expect((await runCli([command, '--help'])).stdout).toContain('--json');
  });

  it('takes numbers that keep their digits, and no others', async () => {
    for (const seed of ['', ' ', '1e3', '0x10', '1.0', '+1', '9007199254740993', '1_0', '٣']) {
      for (const command of ['frozen-noise', 'deploy', 'board']) {
        const { code, stderr } = await runCli([command, `--seed=${seed}`]);
        expect([code, stderr]).toEqual([2, expect.stringContaining('--seed is ')]);
      }
    }
    const { stderr } = await runCli(['frozen-noise', '--seed=9007199254740993', '--mismatch=%']);
    expect(stderr).toContain('--seed is "9007199254740993"; a whole number of at most 90000000000');
    expect(stderr).toContain('--mismatch is "%"; a fraction');
    for (const option of ['--chips=1e9', '--tests=100001', '--epochs=1000000001', '--chips= 1']) {
      expect(await runCli(['frozen-noise', option])).toMatchObject({ code: 2 });
    }
    expect(await runCli(['import', 'a.nir', '--dt=0x1'])).toMatchObject({ code: 2 });
    const twice = await runCli(['deploy', 'a', '--seed', '1', '--seed=2']);
    expect(twice.stderr).toContain('--seed: it is given twice');
  });

  it('shows nothing on the terminal that it would obey', async () => {
    const { stderr } = await runCli([
      'deploy',
      'a\u001b]0;title\u0007\nb',
      '--out',
      'x',
      '--\u001b[2J',
    ]);
    expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(stderr).toContain('\\u001b[2J');
  });
});

describe('the terminal of this process', () => {
  it('may be a pipe whose reader is gone, or a full disk', () => {
    const node = [process.execPath, ...program('cli/main.ts', '--help')]
      .map((word) => `'${word}'`)
      .join(' ');
    const shell = (line: string) =>
      spawnSync('bash', ['-c', line], {
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '' },
      });
    const piped = shell(`${node} | true; exit "\${PIPESTATUS[0]}"`);
    expect([piped.status, piped.stderr]).toEqual([141, '']);
    const full = shell(`${node} > /dev/full`);
    expect(full.status).toBe(2);
    expect(full.stderr).toMatch(/^spikeline: standard output: cannot be written [^\n]*\n$/);
  });

  it('hears signals, and a reader that is gone, while somebody listens', async () => {
    const heard: StopSignal[] = [];
    const silence = processTerminal.onStop((signal) => heard.push(signal));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.emit(signal, signal);
    process.stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }));
    process.stderr.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }));
    process.stderr.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }));
    silence();
    expect(heard).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE', 'SIGPIPE']);
    expect(process.listenerCount('SIGTERM')).toBe(0);
    await processTerminal.flush?.();
    process.stdout.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }));
    await expect(processTerminal.flush?.()).rejects.toThrow('standard output: cannot be written');
  });
});
