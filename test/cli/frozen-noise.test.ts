import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipelineFromJson } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { runCli, spawnCli } from './run-cli.ts';

const small = [
  'frozen-noise',
  '--epochs',
  '1500',
  '--chips',
  '3',
  '--tests',
  '4',
  '--uncalibrated',
];

interface Result {
  readonly epochs: number;
  readonly loss: number;
  readonly simulated: { readonly test: { readonly count: number } };
  readonly chips: { readonly count: number; readonly bothCorrect: number };
}

/** Lets the training that runs beside make a few reports: it and this take turns in the event loop. */
async function reports(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

describe('frozen-noise', () => {
  it('prints only the result as JSON and leaves everything in the folder', async () => {
    const out = emptyFolder();
    const { code, stdout, stderr } = await runCli([...small, '--json', '--out', out]);
    expect(code).toBe(0);
    expect(stderr).toBe('training: 1500\nsimulation: 4\nfour bits: 4\nchip: 4\nchips: 3\n');
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(result)).toEqual([
      'seed',
      'epochs',
      'loss',
      'trainingSeconds',
      'epochsPerSecond',
      'simulated',
      'quantised',
      'chip',
      'chips',
    ]);
    const pattern = { rates: [expect.any(Number), expect.any(Number)] };
    for (const target of ['simulated', 'quantised', 'chip']) {
      expect(result[target]).toMatchObject({
        fn0: pattern,
        fn1: pattern,
        test: { ...pattern, count: 4 },
      });
    }
    expect(result['chips']).toMatchObject({ count: 3, bothCorrect: 3 });
    expect(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'))).toEqual(result);
    const files = readdirSync(out);
    for (const name of ['raster-fn0', 'raster-fn1', 'loss', 'weights', 'frr-test', 'frr-chips']) {
      expect(files).toContain(`${name}.svg`);
      expect(files).toContain(`${name}.png`);
    }
    expect(files).toContain('configuration.json');
    const net = pipelineFromJson(readFileSync(join(out, 'pipeline.json'), 'utf8'));
    expect([net.channelsIn, net.channelsOut]).toEqual([60, 2]);
  });

  it('goes on from a checkpoint to the same network, to the last bit', async () => {
    const out = emptyFolder();
    const straight = [
      ...small,
      '--json',
      '--out',
      join(out, 'a'),
      '--checkpoint',
      join(out, 'a.checkpoint'),
    ];
    const interrupted = [
      ...small,
      '--json',
      '--out',
      join(out, 'b'),
      '--checkpoint',
      join(out, 'b.checkpoint'),
    ];
    await runCli(straight);
    const first = await runCli(interrupted, (text, interrupt) => {
      if (!text.startsWith('training')) return;
      void reports(4).then(interrupt);
    });
    const early = JSON.parse(first.stdout) as Result;
    expect(early.epochs).toBeGreaterThan(0);
    expect(early.epochs).toBeLessThan(1500);
    const second = await runCli(interrupted);
    expect((JSON.parse(second.stdout) as Result).epochs).toBe(1500);
    const read = (run: string, file: string): string => readFileSync(join(out, run, file), 'utf8');
    expect(read('b', 'pipeline.json')).toBe(read('a', 'pipeline.json'));
    expect(read('b', 'training.json')).toBe(read('a', 'training.json'));
  });

  it('ends training early on Ctrl-C and goes on with what it has', async () => {
    const out = emptyFolder();
    const args = ['frozen-noise', '--epochs', '500000', '--uncalibrated', '--chips', '2'];
    const { code, stdout, stderr } = await runCli(
      [...args, '--tests', '2', '--json', '--out', out],
      (text, interrupt) => {
        if (text.startsWith('training')) void reports(4).then(interrupt);
      },
    );
    expect(code).toBe(0);
    expect(stderr).toContain('press Ctrl-C again');
    const result = JSON.parse(stdout) as Result;
    expect(result.epochs).toBeGreaterThan(0);
    expect(result.epochs).toBeLessThan(500_000);
    expect(result.chips.count).toBe(2);
  });

  it('ends at once at the second Ctrl-C, as a process of its own', async () => {
    const args = ['frozen-noise', '--epochs', '10000000', '--out', emptyFolder()];
    const { code, stdout, stderr } = await spawnCli(args, (text, kill) => {
      if (text.includes('training:') || text.includes('press Ctrl-C again')) kill('SIGINT');
    });
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toContain('ending training early');
  });

  it('refuses a folder without data, with exit code 2', async () => {
    const { code, stderr } = await runCli([
      ...small,
      '--data',
      emptyFolder(),
      '--out',
      emptyFolder(),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('train.json');
  });

  it('refuses recorded patterns of the wrong width', async () => {
    const data = emptyFolder();
    writeFileSync(join(data, 'train.json'), JSON.stringify({ input_events_btc: [0, 3, 99] }));
    const { code, stderr } = await runCli([...small, '--data', data, '--out', emptyFolder()]);
    expect(code).toBe(2);
    expect(stderr).toContain('60 channels');
  });

  it('refuses a results folder that cannot be, before it trains', async () => {
    const out = join(emptyFolder(), 'file');
    writeFileSync(out, '');
    const { code, stderr } = await runCli([...small, '--out', join(out, 'below')]);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot be made a folder');
    expect(stderr).not.toContain('training');
  });

  it('keeps what was computed when a later file cannot be written', async () => {
    const out = emptyFolder();
    mkdirSync(join(out, 'result.json'));
    const { code, stderr } = await runCli([...small, '--out', out]);
    expect(code).toBe(2);
    expect(stderr).toContain('result.json: cannot be written');
    expect(readdirSync(out)).toContain('pipeline.json');
    expect(readdirSync(out)).toContain('configuration.json');
    expect(readdirSync(out).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
