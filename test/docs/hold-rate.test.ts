import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, map, toArray } from 'rxjs';
import { simulator } from 'spikeline';
import { readSession, replay, sessionReport } from 'spikeline/loop';
import { afterAll, describe, expect, it } from 'vitest';
import {
  hold,
  network,
  neurons,
  type PhaseRate,
  phaseRates,
  setPoint,
} from '#examples/hold-rate/loop';

const folder = mkdtempSync(join(tmpdir(), 'hold-rate-'));
const net = network();

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Rates by phase, and what was recorded. */
async function run(name: string, held: boolean) {
  const path = join(folder, name);
  const steps = hold(simulator(), net, path, held);
  const spikes = steps.pipe(map(({ spikes: { counts } }) => counts.reduce((a, b) => a + b, 0)));
  const fired = await lastValueFrom(spikes.pipe(toArray()));
  const session = await readSession(path);
  const report = await sessionReport(session);
  return { rates: phaseRates(fired, report.marks), report, session };
}

const off = ({ rate }: PhaseRate): number => Math.abs(rate - setPoint) / setPoint;

describe('a rate that is held', () => {
  it('stays within 5 % through every phase, and the session replays to the last spike', async () => {
    const { rates, report, session } = await run('held', true);
    const phases = rates.map(({ phase }) => phase).sort();
    const disturbed = ['excited', 'excited', 'inhibited', 'inhibited'];
    expect(phases).toEqual([...disturbed, 'rest', 'rest', 'rest', 'rest', 'rest']);
    for (const phase of rates) expect(off(phase)).toBeLessThan(0.05);
    expect(report.ended?.how).toBe('completed');
    expect(report.streams.map(({ name }) => name)).toContain('action');
    expect((await lastValueFrom(replay(session, simulator()))).identical).toBe(true);
    await session.close();
  });

  it('does not stay if the stimulator does', async () => {
    const { rates, session } = await run('open', false);
    expect(Math.max(...rates.map(off))).toBeGreaterThan(0.2);
    await session.close();
  });
});

describe('rates by phase', () => {
  it('are those after the first 300 ms of each', () => {
    const fired = Array.from({ length: 1000 }, (_, ms) => (ms < 300 ? 0 : ms < 500 ? neurons : 7));
    const marks = [
      { time: 0, label: 'begin rest' },
      { time: 500_000, label: 'end rest' },
      { time: 500_000, label: 'begin excited' },
    ];
    const rates = phaseRates(fired, marks);
    expect(rates.map(({ phase, from }) => [phase, from])).toEqual([
      ['rest', 0],
      ['excited', 0.5],
    ]);
    expect(rates[0]!.rate).toBeCloseTo(1000, 6);
    expect(rates[1]!.rate).toBeCloseTo((7 / neurons) * 1000, 6);
  });
});
