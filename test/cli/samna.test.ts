import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aerPacket, channels, dynapSim, linear, pipeline, pipelineToJson } from 'spikeline';
import { codecNamed } from 'spikeline/codecs';
import { afterAll, describe, expect, it } from 'vitest';
import { bridges, pythonObstacle, standInBoard } from '#test/devices/bridge/stand-in-board';
import { emptyFolder } from '#test/support/folders';
import { runCli } from './run-cli.ts';

const obstacle = pythonObstacle();
const title = obstacle === undefined ? '' : ` (skipped: ${obstacle})`;
const board = await standInBoard({ env: { SAMNA_CHIPS: '1' } });
afterAll(() => board.close());

describe.skipIf(obstacle)(`--board samna${title}`, () => {
  const folder = emptyFolder();
  const at = (name: string): string => join(folder, name);
  const samna = ['--board', `samna:${board.python}?settle=0`];

  it('runs a pipeline, and gives the board back', async () => {
    const net = pipeline(linear({ weight: [[15]] }), dynapSim({ neurons: 1 }));
    writeFileSync(at('net.json'), pipelineToJson(net));
    const encoder = codecNamed('spk').encoder!();
    const times = Array.from({ length: 200 }, (_, i) => i * 500);
    const events = aerPacket(times, new Array<number>(200).fill(0), channels(1));
    writeFileSync(at('in.spk'), Buffer.concat([Buffer.from(encoder.push(events)), encoder.end()]));
    const run = ['run', at('net.json'), '--input', at('in.spk'), ...samna, '--json'];
    const { code, stdout, stderr } = await runCli(run);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('spikeline:')]);
    const { target, input, output } = JSON.parse(stdout) as Record<string, { spikes: number }>;
    expect([target, input!.spikes]).toEqual(['chip', 200]);
    expect(output!.spikes).toBeGreaterThan(0);
    await expect.poll(() => [bridges(), board.taken]).toEqual([0, false]);
  });

  it('runs frozen noise, and says which board it was', async () => {
    const tiny = ['--epochs', '0', '--chips', '0', '--tests', '0', '--uncalibrated'];
    const { code, stdout } = await runCli(['frozen-noise', ...tiny, ...samna, '--out', at('out')]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'board: DYNAP-SE2 Stack (dynapse2), serial number 1911000P6X, 1 chip used',
    );
    await expect.poll(() => [bridges(), board.taken]).toEqual([0, false]);
  });

  it('says what cannot be opened before anything is trained', async () => {
    const { code, stdout, stderr } = await runCli([
      ...['frozen-noise', '--board', 'samna:no-such-python', '--out', at('none')],
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/no Python called no-such-python/);
    expect(stderr).not.toContain('training');
  });
});
