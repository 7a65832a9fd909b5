import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, map, type Observable, toArray } from 'rxjs';
import { deploy, simulator } from 'spikeline';
import { readSession, sessionReport } from 'spikeline/loop';
import { hold, network, phaseRates, type Step } from '#examples/hold-rate/loop';
import { onVirtualChip } from '#examples/silicon/virtual-chip';
import { type BenchRow, row } from './rows.ts';

/** Least and greatest mean rate of a phase, of all phases and runs. */
async function range(runs: readonly ((folder: string) => Observable<Step>)[]) {
  const folder = mkdtempSync(join(tmpdir(), 'hold-rate-'));
  const rates: number[] = [];
  for (const [i, run] of runs.entries()) {
    const place = join(folder, `${i}`);
    const spikes = run(place).pipe(
      map(({ spikes: { counts } }) => counts.reduce((a, b) => a + b, 0)),
    );
    const fired = await lastValueFrom(spikes.pipe(toArray()));
    const session = await readSession(place);
    const { marks } = await sessionReport(session);
    rates.push(...phaseRates(fired, marks).map(({ rate }) => rate));
    await session.close();
  }
  rmSync(folder, { recursive: true });
  return { least: Math.min(...rates), greatest: Math.max(...rates), phases: rates.length };
}

/** How well the rate of a network is held at 40 Hz through disturbances: five networks and protocols, five virtual chips, and with the loop open. */
export async function holdRate(note: (text: string) => void): Promise<BenchRow[]> {
  const seeds = [1, 2, 3, 4, 5];
  const nets = seeds.map(network);
  note('five networks and protocols in the simulator');
  const held = await range(
    seeds.map((seed, i) => (folder) => hold(simulator(), nets[i]!, folder, true, seed)),
  );
  note('the same with the loop open');
  const open = await range(
    seeds.map((seed, i) => (folder) => hold(simulator(), nets[i]!, folder, false, seed)),
  );
  note('five virtual chips');
  const net = nets[0]!;
  const deployment = deploy(net);
  const chips = await range(
    seeds.map(
      (seed) => (folder) =>
        onVirtualChip(seed, deployment, (target) => hold(target, net, folder, true, seed)),
    ),
  );
  const off = ({ least, greatest }: typeof held) => Math.max(40 - least, greatest - 40) / 40;
  return [
    row('loop.hold.simulator', off(held), 'fraction', '<= 0.05', held),
    row('loop.hold.chips', off(chips), 'fraction', '<= 0.05', chips),
    row('loop.hold.open', off(open), 'fraction', null, open),
  ];
}
