import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipelineFromJson } from 'spikeline';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { type CliRun, runCli, spawnCli } from './run-cli.ts';

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

/** Hardly any work, but all of its parts. */
const tiny = ['frozen-noise', '--epochs', '0', '--chips', '2', '--tests', '2', '--uncalibrated'];

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

const read = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');

describe('frozen-noise', () => {
  const out = emptyFolder();
  const inFolder = (name: string) => [
    ...small,
    '--out',
    join(out, name),
    '--checkpoint',
    join(out, `${name}.checkpoint`),
  ];
  let straight: CliRun;
  beforeAll(async () => {
    straight = await runCli([...inFolder('a'), '--json']);
  });

  it('prints only the result as JSON and leaves everything in the folder', () => {
    const { code, stdout, stderr } = straight;
    expect(code).toBe(0);
    expect(stderr).toBe(
      'training: 1500\nsimulation: 4\nfour bits: 4\nchip: 4\nreal time: 0\nchips: 3\n',
    );
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
      'realTime',
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
    expect(result['realTime']).toMatchObject({ fn0: pattern, fn1: pattern });
    expect(JSON.parse(read(out, 'a', 'result.json'))).toEqual(result);
    const files = readdirSync(join(out, 'a'));
    for (const name of ['raster-fn0', 'raster-fn1', 'loss', 'weights', 'frr-test', 'frr-chips']) {
      expect(files).toContain(`${name}.svg`);
      expect(files).toContain(`${name}.png`);
    }
    expect(files).toContain('configuration.json');
    expect(files.filter((name) => name.startsWith('.'))).toEqual([]);
    const net = pipelineFromJson(read(out, 'a', 'pipeline.json'));
    expect([net.channelsIn, net.channelsOut]).toEqual([60, 2]);
  });

  it('ends training early on Ctrl-C, goes on with what it has, and from the checkpoint to the same end', async () => {
    const first = await runCli([...inFolder('b'), '--json'], (text, stop) => {
      if (text.startsWith('training')) void reports(4).then(() => stop());
    });
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('press Ctrl-C again');
    const early = JSON.parse(first.stdout) as Result;
    expect(early.epochs).toBeGreaterThan(0);
    expect(early.epochs).toBeLessThan(1500);
    expect(early.chips.count).toBe(3);
    const second = await runCli(inFolder('b'));
    expect(JSON.parse(read(out, 'b', 'result.json'))).toMatchObject({ epochs: 1500 });
    for (const file of ['pipeline.json', 'training.json']) {
      expect(read(out, 'b', file)).toBe(read(out, 'a', file));
    }
    // The same seed gives the same figures; what depends on the machine stands in lines of its own.
    const result = JSON.parse(straight.stdout) as Record<string, unknown>;
    for (const name of ['simulated', 'quantised', 'chip', 'chips']) {
      expect(JSON.parse(read(out, 'b', 'result.json'))).toMatchObject({ [name]: result[name] });
    }
    expect(second.stdout).toMatch(/^chip {2}.*$/m);
    expect(second.stdout).toMatch(/^on this machine: trained in .* epochs\/s$/m);
    expect(second.stdout).toMatch(/^chip in real time: FN0 .*; lost of \d+ events: /m);
  });

  it('refuses the checkpoint of another training, and names the options', async () => {
    const checkpoint = join(out, 'a.checkpoint');
    const args = [...small, '--checkpoint', checkpoint, '--out', emptyFolder()];
    const before = readFileSync(checkpoint);
    const other = await runCli([...args, '--mismatch', '0', '--seed', '3']);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain(`${checkpoint}: the checkpoint belongs to another training`);
    expect(other.stderr).toContain('--seed is 3; the checkpoint was made with 0');
    expect(other.stderr).toContain('--mismatch is 0; the checkpoint was made with 0.3');
    expect(other.stderr).toContain('--data is ');
    expect(other.stderr).not.toContain('--epochs');
    expect(readFileSync(checkpoint)).toEqual(before);
  });

  it('ends at once at the third wish, as a process of its own', async () => {
    const args = ['frozen-noise', '--epochs', '10000000', '--tests', '1', '--out', emptyFolder()];
    const { code, stdout, stderr } = await spawnCli(args, (text, kill) => {
      if (text.includes('training:') || text.includes('press Ctrl-C again')) kill('SIGINT');
      if (text.includes('stopping')) kill('SIGTERM');
    });
    expect([code, stdout]).toEqual([expect.toBeOneOf([130, 143]), '']);
    expect(stderr).toContain('ending training early');
    expect(stderr).not.toContain('    at ');
  });
});

describe('frozen-noise that is stopped', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGPIPE', 141],
  ] as const)('keeps what was learnt on %s', async (signal, expected) => {
    const out = emptyFolder();
    const long = ['frozen-noise', '--epochs', '500000', '--tests', '1', '--out', out];
    const { code, stdout, stderr } = await runCli(long, (text, stop) => {
      if (text.startsWith('training')) void reports(3).then(() => stop(signal));
    });
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).not.toContain('simulation: 1\nfour bits');
    expect(readdirSync(out).sort()).toEqual(
      expect.arrayContaining(['pipeline.json', 'training.json', 'unfinished.json']),
    );
    expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(JSON.parse(read(out, 'unfinished.json'))).toMatchObject({ seed: 0 });
  });

  it('keeps the figures that it had by then, and none of an earlier run', async () => {
    const out = emptyFolder();
    for (const name of ['result.json', 'loss.svg']) writeFileSync(join(out, name), 'old');
    const { code } = await runCli([...tiny, '--out', out], (text, stop) => {
      if (text.startsWith('chips')) stop('SIGINT');
    });
    expect(code).toBe(130);
    const found = JSON.parse(read(out, 'unfinished.json')) as Record<string, unknown>;
    for (const name of ['simulated', 'quantised', 'chip', 'realTime']) {
      expect(found).toHaveProperty([name, 'fn0']);
    }
    expect(readdirSync(out)).not.toContain('result.json');
    expect(readdirSync(out)).not.toContain('loss.svg');
  });

  it('leaves a folder as it was if nothing was learnt by then', async () => {
    const out = emptyFolder();
    writeFileSync(join(out, 'pipeline.json'), 'old');
    const { code } = await runCli([...small, '--out', out], (text, stop) => {
      if (text.startsWith('training')) stop('SIGTERM');
    });
    expect(code).toBe(143);
    expect(readdirSync(out)).toEqual(['pipeline.json']);
    expect(read(out, 'pipeline.json')).toBe('old');
  });

  it('keeps what was computed when a later file cannot be written', async () => {
    const out = emptyFolder();
    const { code, stderr } = await runCli([...tiny, '--out', out], (text) => {
      if (text.startsWith('chips')) mkdirSync(join(out, 'result.json'));
    });
    expect(code).toBe(2);
    expect(stderr).toContain('result.json: cannot be written');
    for (const name of ['pipeline.json', 'configuration.json', 'unfinished.json']) {
      expect(readdirSync(out)).toContain(name);
    }
    expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('frozen-noise refuses, before it trains', () => {
  it('a folder without data', async () => {
    const args = [...small, '--data', emptyFolder(), '--out', emptyFolder()];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stderr).toContain('train.json');
  });

  it('recorded patterns of the wrong width', async () => {
    const data = emptyFolder();
    writeFileSync(join(data, 'train.json'), JSON.stringify({ input_events_btc: [0, 3, 99] }));
    const { code, stderr } = await runCli([...small, '--data', data, '--out', emptyFolder()]);
    expect(code).toBe(2);
    expect(stderr).toContain('60 channels');
  });

  it('results and checkpoints that cannot be written', async () => {
    const folder = emptyFolder();
    const file = join(folder, 'file');
    writeFileSync(file, 'no checkpoint');
    mkdirSync(join(folder, 'taken', 'result.json'), { recursive: true });
    for (const [args, why] of [
      [['--out', join(file, 'below')], 'cannot be made a folder'],
      [['--out', ''], 'no name for a folder'],
      [['--out', '/proc/self/fd'], 'keeps that folder for itself'],
      [['--out', join(folder, 'taken')], 'result.json: cannot be written; it is a folder'],
      [['--out', folder, '--checkpoint', '/proc/none/x'], 'cannot be made a folder'],
      [['--out', folder, '--checkpoint', join(folder, 'loss.svg')], 'written over by a result'],
      [['--out', folder, '--checkpoint', file], 'no frozen-noise checkpoint'],
    ] as const) {
      const { code, stderr } = await runCli([...small, ...args]);
      expect([code, stderr], args.join(' ')).toEqual([2, expect.stringContaining(why)]);
      expect(stderr).not.toContain('training: ');
    }
    expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
  });

  it('a folder that another run writes to', async () => {
    const out = emptyFolder();
    let second: Promise<CliRun> | undefined;
    const first = await runCli([...tiny, '--out', out], (text) => {
      if (text.startsWith('training')) second = runCli([...tiny, '--out', out]);
    });
    expect(first.code).toBe(0);
    expect(await second).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${out}: another run writes there (process `) as string,
    });
  });
});
