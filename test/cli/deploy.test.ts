import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploy, dynapSim, linear, pipeline, pipelineToJson } from 'spikeline';
import { chipLimits, eventOf, fromSamnaJson } from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { samnaBoard } from '#test/chips/dynapse2/samna-board';
import { emptyFolder } from '#test/support/folders';
import { expectSame } from '#test/support/same';
import { net } from './deploy/net.ts';
import { runCli } from './run-cli.ts';

/** Saves a pipeline in an empty folder. */
function saved(what = net): { file: string; out: string } {
  const folder = emptyFolder();
  const file = join(folder, 'pipeline.json');
  writeFileSync(file, pipelineToJson(what));
  return { file, out: join(folder, 'out') };
}

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');

interface Saved {
  readonly inputChannels: readonly unknown[];
  readonly outputChannels: readonly unknown[];
  readonly populations: Readonly<Record<string, readonly unknown[]>>;
  readonly cores: readonly Readonly<Record<'weights' | 'lost' | 'relative', number>>[];
}

describe('deploy', () => {
  it('writes the configuration, the map and a picture, and prints a table', async () => {
    const { file, out } = saved();
    const { code, stdout } = await runCli(['deploy', file, '--out', out]);
    expect(code).toBe(0);
    for (const word of ['4 input channels, 1 of them', 'hidden', 'output', 'chip 0, core 0']) {
      expect(stdout).toContain(word);
    }
    expect(readdirSync(out).sort()).toEqual([
      'configuration.json',
      'deployment.json',
      'deployment.png',
      'deployment.svg',
    ]);
    const { configuration, inputWords, where } = deploy(net);
    const inputChannels = inputWords.map((words) => Array.from(words, eventOf));
    expectSame(fromSamnaJson(read(out, 'configuration.json')), configuration);
    const map = JSON.parse(read(out, 'deployment.json')) as Saved;
    expect(map.inputChannels).toEqual(inputChannels);
    const { chip, core, neuron, word } = where('output', 0);
    const last = { chip, core, neuron, word, hostTag: core * 256 + neuron };
    expect(map.outputChannels).toMatchObject([last]);
    expect(map.populations).toMatchObject({ hidden: [{}, {}], output: [last] });
    expect(map.cores.map((own) => [own.weights, own.lost])).toEqual([[10, 0]]);
    expect(map.cores[0]!.relative).toBeLessThan(0.1);
    expect(read(out, 'deployment.svg')).toContain('hidden (2)');
  });

  it("lays the configuration over a board's own, and prints JSON alone", async () => {
    const { file, out } = saved();
    const board = join(out, '..', 'board.json');
    const own = samnaBoard(1, 1);
    writeFileSync(board, own.replace('"paramGen0Powerdown": false', '"paramGen0Powerdown": true'));
    const run = await runCli([
      'deploy',
      file,
      '--out',
      out,
      '--json',
      '--configuration',
      board,
      '--seed',
      '3',
    ]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toEqual(JSON.parse(read(out, 'deployment.json')));
    const text = read(out, 'configuration.json');
    expect(text).toContain('"_cookie": 9007199254740993');
    expect(fromSamnaJson(text).chips[0]).toMatchObject({ paramGen0Powerdown: true });
  });

  it('refuses a pipeline that no board can hold, with all reasons, and keeps what was there', async () => {
    const wide = pipeline(
      linear({ weight: Array.from({ length: chipLimits.synapses + 1 }, () => [1]) }),
      dynapSim({ neurons: 1, Idc: 1 }),
    );
    const { file, out } = saved(wide);
    const first = saved();
    await runCli(['deploy', first.file, '--out', out, '--json']);
    const before = read(out, 'configuration.json');
    const { code, stdout, stderr } = await runCli(['deploy', file, '--out', out]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/65/);
    expect(stderr).toMatch(/Idc/);
    expect(read(out, 'configuration.json')).toBe(before);
  });

  it('names the file that is refused, and writes over none that is read', async () => {
    const { file, out } = saved();
    const named = await runCli(['deploy', file, '--out', out, '--json', '--seed', '1']);
    expect(named.code).toBe(0);
    const map = join(out, 'deployment.json');
    const before = read(out, 'deployment.json');
    writeFileSync(join(out, 'own.json'), pipelineToJson(net));
    renameSync(join(out, 'own.json'), map);
    const over = await runCli(['deploy', map, '--out', out]);
    expect([over.code, over.stderr]).toEqual([2, expect.stringContaining('and is read')]);
    expect(before.length).toBeGreaterThan(0);
    writeFileSync(file, '{"format":"spikeline/pipeline"}');
    const broken = await runCli(['deploy', file, '--out', out]);
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining(`${file}: `)]);
    const board = await runCli(['deploy', map, '--out', join(out, 'b'), '--configuration', file]);
    expect([board.code, board.stderr]).toEqual([2, expect.stringContaining(`${file}: `)]);
    expect(existsSync(join(out, 'b'))).toBe(false);
  });

  it('shows names from outside as they may be shown', async () => {
    const names = ['__proto__', 'constructor\u001b[31m', 'a\nb\u202e\u009b1m'];
    const odd = pipeline(
      ...names.flatMap((name) => [linear({ weight: [[1]] }), dynapSim({ name, neurons: 1 })]),
    );
    const { file, out } = saved(odd);
    const { code, stdout, stderr } = await runCli(['deploy', file, '--out', out]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('__proto__');
    expect(stdout).toContain('a\\nb\\u202e\\u009b1m');
    const svg = read(out, 'deployment.svg');
    expect(svg).toContain('constructor\\u001b[31m (1)');
    for (const text of [stdout, svg]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u);
    }
    const map = JSON.parse(read(out, 'deployment.json')) as Saved;
    expect(Object.keys(map.populations).sort()).toEqual([...names].sort());
  });

  it('gives all reasons why a command line cannot be', async () => {
    const { code, stderr } = await runCli(['deploy', 'a', 'b', '--seed', 'x']);
    expect(code).toBe(2);
    for (const word of [
      '--seed is "x"',
      'PIPELINE is ["a","b"]; one file is needed',
      '--out: it is missing',
    ]) {
      expect(stderr).toContain(word);
    }
  });

  it('refuses files that are not there or no pipeline, and leaves nothing behind', async () => {
    const { file, out } = saved();
    const missing = await runCli(['deploy', `${file}.gone`, '--out', out]);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('cannot be read')]);
    writeFileSync(file, '{}');
    const empty = await runCli(['deploy', file, '--out', out]);
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('no saved pipeline')]);
    expect(existsSync(out)).toBe(false);
  });

  it('has a help worth reading', async () => {
    const { code, stdout } = await runCli(['deploy', '--help']);
    expect(code).toBe(0);
    for (const word of ['Exit codes', '--json', '--configuration', 'deployment.json']) {
      expect(stdout).toContain(word);
    }
  });
});
