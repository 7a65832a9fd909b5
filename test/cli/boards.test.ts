import { join } from 'node:path';
import type { Problem } from 'spikeline/problems';
import { describe, expect, it } from 'vitest';
import { readBoardAddress } from '#cli/streams/board';
import { emptyFolder } from '#test/support/folders';
import { runCli } from './run-cli.ts';

/** What is wrong with an address. */
function wrong(text: string): readonly string[] {
  const problems: Problem[] = [];
  const board = readBoardAddress(text, problems);
  expect(board === undefined).toBe(problems.length > 0);
  return problems.map(({ path, needed }) => `${path}: ${needed}`);
}

describe('addresses of boards', () => {
  it('are of four kinds', () => {
    const kinds = {
      virtual: 'virtual',
      dynapse1: 'dynapse1',
      'dynapse1?serial=00000042&chips=1&settle=0': 'dynapse1',
      samna: 'samna',
      'samna:/opt/python?bit=Dynapse2Stack.bit&serial=1911000P6X&chips=2': 'samna',
      'samna:tcp://lab:7801': 'samna',
      'tcp://127.0.0.1:7800': 'tcp',
    };
    for (const [text, kind] of Object.entries(kinds)) {
      expect(readBoardAddress(text, [])).toMatchObject({ kind, name: text });
    }
  });

  it('say what is wrong with them', () => {
    expect(wrong('board')).toEqual([
      '--board: virtual, dynapse1, samna or tcp://HOST:PORT is needed',
    ]);
    expect(wrong('virtual?seed=1')).toHaveLength(1);
    expect(wrong('dynapse1?serail=1')[0]).toMatch(/serial/);
    expect(wrong('samna?bit=a&chip=2')[0]).toMatch(/chips/);
    for (const kind of ['dynapse1', 'samna']) {
      expect(wrong(`${kind}?chips=5&settle=x`)).toEqual([
        expect.stringMatching(/chips=1 to chips=4/),
        expect.stringMatching(/settle=0 to settle=60/),
      ]);
    }
    expect(wrong('samna:tcp://lab:7801?bit=a')[0]).toMatch(/was told its bit when it was started/);
    expect(wrong('tcp://nowhere')[0]).toMatch(/port up to 65535/);
  });

  it('go with the target chip, and their options with the board that has them', async () => {
    const own = ['replay', emptyFolder(), '--board', 'dynapse1', '--seed', '1', '--mismatch', '0'];
    const { code, stderr } = await runCli(own);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--seed.*it belongs to --board virtual/);
    expect(stderr).toMatch(/--mismatch.*it belongs to --board virtual/);
    const other = await runCli([
      'replay',
      emptyFolder(),
      '--target',
      'simulator',
      '--board',
      'samna',
    ]);
    expect(other.stderr).toMatch(/--board.*it belongs to --target chip/);
  });

  it('are no file: deploy names the option that takes one', async () => {
    const out = join(emptyFolder(), 'out');
    const { code, stderr } = await runCli([
      'deploy',
      'net.json',
      '--out',
      out,
      '--board',
      'a.json',
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--board.*it is called --configuration now/);
    expect((await runCli(['deploy', '--help'])).stdout).not.toContain('--board');
  });
});
