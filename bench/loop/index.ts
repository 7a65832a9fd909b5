/** Closed loops in real time: from handing over the input of a step to being handed its output. */
import { type BenchRow, type Goal, row } from '../rows.ts';
import { askSide, calm } from '../side.ts';
import type { Asked, Told } from './side.ts';

/** A young half of the heap that has room for all that a loop of some seconds leaves. */
const roomy = ['--min-semi-space-size=256', '--max-semi-space-size=256'];

/** Runs one loop in a process of its own. */
function measured(asked: Asked, flags: readonly string[]): Promise<Told> {
  return askSide(new URL('side.ts', import.meta.url), flags, asked);
}

/** A histogram as a picture of text: a line for each bin. */
function picture(name: string, { bins }: Told): string {
  const most = Math.max(...bins.map(([, , count]) => count));
  const lines = bins.map(([from, , count]) => {
    const bar = '█'.repeat(Math.ceil((40 * Math.log1p(count)) / Math.log1p(most)));
    return `  ${from.toPrecision(3).padStart(9)} ms  ${bar} ${count}`;
  });
  return `${name}: steps by latency, bars on a logarithmic scale\n${lines.join('\n')}`;
}

/** Rows of closed loops: `seconds` of the wall clock for each; some more for what steps leave on the heap. */
export async function loop(seconds: number, note: (text: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const slow = { dt: 1e-3, neurons: 256, seconds, collects: true };
  const all: [name: string, goal: Goal | null, asked: Asked][] = [
    ['loop.bare', null, { ...slow, place: 'bare' }],
    ['loop.simulator', '<= 0.2', { ...slow, place: 'simulator' }],
    ['loop.board', '<= 2', { ...slow, place: 'board' }],
    ['loop.socket', '<= 3', { ...slow, place: 'socket' }],
    ['loop.fast', '<= 0.2', { ...slow, dt: 2e-4, neurons: 64, place: 'simulator' }],
  ];
  let [missed, pause] = [0, 0];
  for (const [name, goal, asked] of all) {
    note(
      `${name}.p99: ${asked.neurons} neurons, a step of ${asked.dt * 1000} ms, for ${seconds} s`,
    );
    const told = await measured(asked, calm);
    const { p99, bins: _, bytes: __, servedBytes: ___, ...fields } = told;
    note(picture(name, told));
    rows.push(row(`${name}.p99`, p99, 'ms', goal, fields));
    if (asked.place === 'bare') continue;
    missed = Math.max(missed, told.missed / told.steps);
    pause = Math.max(pause, told.pause);
  }
  rows.push(row('loop.missed', missed, 'of all steps', '<= 0.001'));
  rows.push(row('loop.pause.max', pause, 'ms', '<= 2'));
  for (const [name, , asked] of all.slice(0, 4)) {
    note(`bytes of each step: ${name}`);
    const told = await measured(
      { ...asked, collects: false, seconds: Math.min(seconds, 10) },
      roomy,
    );
    const { bytes, servedBytes, pauses: collections, servedPauses } = told;
    rows.push(row(`${name}.bytes`, bytes, 'bytes', null, { collections }));
    if (servedBytes === undefined) continue;
    rows.push(
      row(`${name}.served.bytes`, servedBytes, 'bytes', null, { collections: servedPauses }),
    );
  }
  return rows;
}
