import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom, of } from 'rxjs';
import { chip, runOn, simulator, spikeRaster, virtualBoard } from 'spikeline';
import { latencyMeter } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { relay, thresholdOf } from '#cli/latency/machine-loop';
import { latencyReport, latencyText } from '#cli/latency/report';
import { emptyFolder } from '#test/support/folders';
import { runCli } from './run-cli.ts';

describe('spikeline latency', () => {
  it('measures a loop on the simulator, and draws it', async () => {
    const picture = join(emptyFolder(), 'latency.png');
    const args = ['latency', '--seconds', '0.05', '--neurons', '8', '--png', picture];
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    for (const word of ['simulator', 'missed %', 'p99.9', 'logarithmic', '█', picture]) {
      expect(stdout).toContain(word);
    }
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG');
  });

  it('measures one on a virtual board, as numbers', async () => {
    const args = ['latency', '--board', 'virtual', '--seconds', '0.05', '--neurons', '4', '--json'];
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    const { target, step, steps, missed, p50, max } = JSON.parse(stdout) as Record<string, number>;
    expect([target, step]).toEqual(['virtual board', 1000]);
    expect(steps! + missed!).toBe(50);
    expect(max).toBeGreaterThanOrEqual(p50!);
    expect(p50).toBeGreaterThan(0);
  });

  it('tells how many steps a board stalled, and how many it answered together', () => {
    const meter = latencyMeter();
    for (let k = 1; k <= 90; k++) meter.record(k);
    const report = latencyReport('board', 1e-3, meter, { missed: 6, stalled: 4, together: 11 });
    expect(report).toMatchObject({ steps: 90, missed: 6, stalled: 4, together: 11 });
    const [names, , numbers] = latencyText(report, meter).split('\n');
    expect(names).toMatch(/missed % +stalled +together +p50 ms/);
    expect(numbers).toMatch(/^board +1\.00 +90 +6 +4 +11 +0\.0450 /);
  });

  it.each([1e-4, 2e-4, 5e-4, 1e-3, 1e-2])(
    'runs relays that fire in the bin of their input, on a board as in the simulator, at steps of %s s',
    async (dt) => {
      const neurons = 128;
      const counts = Array.from({ length: 2 * neurons ** 2 }, (_, i) =>
        Number(i % neurons === Math.floor(i / neurons) % neurons),
      );
      const input = spikeRaster({ channels: neurons, dt, counts });
      const link = await virtualBoard({ dt, mismatch: { fraction: 0 } }).open();
      const net = relay({ dt, neurons, threshold: thresholdOf(link) });
      try {
        for (const target of [simulator(), chip(link)]) {
          const output = await lastValueFrom(of(input).pipe(runOn(target, net)));
          expect(input.counts.every((count, i) => output.counts[i]! >= count)).toBe(true);
        }
      } finally {
        await link.close();
      }
    },
  );

  it('tells what it has when it is stopped', async () => {
    const args = ['latency', '--seconds', '600', '--neurons', '2', '--json'];
    const { code, stdout } = await runCli(args, undefined, [], (stop) => setImmediate(stop));
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ target: 'simulator' });
  });

  it('refuses what cannot be measured, all at once', async () => {
    const bad = ['--step', '0', '--seconds', '-1', '--neurons', '1.5', '--spin', '2'];
    const { code, stderr } = await runCli(['latency', ...bad, 'more']);
    expect(code).toBe(2);
    for (const word of ['--step', '--seconds', '--neurons', '--spin', 'no words']) {
      expect(stderr).toContain(word);
    }
  });

  it('writes a table and bars of what it has, and says so if it has nothing', () => {
    const meter = latencyMeter();
    expect(latencyText(latencyReport('simulator', 1e-3, meter, { missed: 3 }), meter)).toContain(
      '100',
    );
    for (let k = 1; k <= 1000; k++) meter.record(k);
    const lines = latencyText(latencyReport('simulator', 1e-3, meter, {}), meter).split('\n');
    expect(lines[2]).toMatch(
      /^simulator +1\.00 +1000 +0 +0 +0 +0\.500 +0\.900 +0\.990 +0\.999 +1\.00$/,
    );
    // Five bins for each factor of ten.
    expect(lines.filter((line) => line.includes('█'))).toHaveLength(15);
  });
});
