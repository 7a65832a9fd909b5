// Closed-loop stimulation: the rate of a recurrent network is held at a set point, while a protocol disturbs it, in the simulator and on
// a virtual chip. Each run is kept as a session; the session of the simulator is reported, replayed, and is the same to the last spike.
//
// npx tsx --conditions @spikeline/source examples/hold-rate.ts [--picture FILE.svg]

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, map, type Observable, toArray } from 'rxjs';
import { chip, simulator, usingLink, virtualBoard } from 'spikeline';
import { writeFiles } from 'spikeline/files';
import { readSession, replay, sessionReport } from 'spikeline/loop';
import { picture } from './drawing/picture.ts';
import { hold, network, neurons, phaseRates, type Step, setPoint } from './hold-rate/loop.ts';
import { readArguments } from './start/arguments.ts';

const path = readArguments('hold-rate.ts', 'picture');
const folder = mkdtempSync(join(tmpdir(), 'hold-rate-'));
const net = network();
const place = (name: string) => join(folder, name);
const board = virtualBoard({ seed: 3, chips: 1, mismatch: { fraction: 0.2 } });
const runs: Readonly<Record<string, Observable<Step>>> = {
  open: hold(simulator(), net, place('open'), false),
  held: hold(simulator(), net, place('held')),
  chip: usingLink(board.open, (link) => hold(chip(link), net, place('chip'))),
};
/** Mean rates of the runs in windows of 50 ms, Hz, and when phases begin, seconds. */
const [drawn, begins]: [number[][], Set<number>] = [[], new Set()];
const width = 50;
process.stdout.write(`rates in Hz by phase; ${setPoint} Hz are to be held\n`);
for (const [name, steps] of Object.entries(runs)) {
  const spikes = steps.pipe(map(({ spikes: { counts } }) => counts.reduce((a, b) => a + b, 0)));
  const fired = await lastValueFrom(spikes.pipe(toArray()));
  const session = await readSession(place(name));
  const { marks } = await sessionReport(session);
  const found = phaseRates(fired, marks);
  for (const { from } of found) begins.add(from);
  const said = found.map(({ phase, rate }) => `${phase} ${rate.toFixed(1)}`);
  process.stdout.write(`${name}: ${said.join(', ')}\n`);
  drawn.push(
    Array.from({ length: Math.floor(fired.length / width) }, (_, k) => {
      const part = fired.slice(k * width, (k + 1) * width);
      return part.reduce((sum, count) => sum + count, 0) / (neurons * width * 1e-3);
    }),
  );
  await session.close();
}

const session = await readSession(place('held'));
const { identical } = await lastValueFrom(replay(session, simulator()));
process.stdout.write(`replayed: ${identical ? 'the same' : 'not the same'}\n`);
await session.close();
rmSync(folder, { recursive: true });

if (path !== undefined) {
  const [open, held, silicon] = drawn as [number[], number[], number[]];
  const title = 'mean rate of the network, Hz';
  const panels = [
    { title: `${title}: held in the simulator (black) and on a chip`, lines: [held, silicon] },
    { title: `${title}: the stimulator stays as it is`, lines: [open] },
  ].map((panel) => ({ ...panel, range: [20, 60] as const }));
  writeFiles(
    new Map([[path, picture(panels, Math.round((open.length * width) / 1e3), [...begins])]]),
  );
  process.stdout.write(`drew ${path}\n`);
}
