/** Closed loops in real time: from handing over the input of a step to being handed its output. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type BenchRow, type Goal, row } from '../rows.ts';
import { askSide, firstMessage } from '../side.ts';
import type { Asked, Told } from './side.ts';

const place = (name: string): URL => new URL(name, import.meta.url);

/**
 * How V8 disturbs least: it collects garbage without waking threads to help, which come late, and gives no memory back while a loop runs. The heap
 * is that which it has by itself.
 */
const calm = ['--no-parallel-scavenge', '--no-memory-reducer'];

/** Runs one loop in a process of its own. */
function measured(asked: Asked): Promise<Told> {
  return askSide(place('side.ts'), calm, asked);
}

async function withBoard(asked: Asked): Promise<Told> {
  const board = fork(fileURLToPath(place('board.ts')), {
    execArgv: [...process.execArgv, ...calm],
  });
  try {
    return await measured({ ...asked, address: await firstMessage<string>(board) });
  } finally {
    if (board.connected) board.disconnect();
  }
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

/** Rows of closed loops: `seconds` of the wall clock for each. */
export async function loop(seconds: number, note: (text: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const slow = { dt: 1e-3, neurons: 256, seconds };
  const all: [name: string, goal: Goal | null, asked: Asked][] = [
    ['loop.bare.p99', null, { ...slow, place: 'bare' }],
    ['loop.simulator.p99', '<= 0.2', { ...slow, place: 'simulator' }],
    ['loop.board.p99', '<= 2', { ...slow, place: 'board' }],
    ['loop.socket.p99', '<= 3', { ...slow, place: 'socket' }],
    ['loop.fast.p99', '<= 0.2', { dt: 2e-4, neurons: 64, seconds, place: 'simulator' }],
  ];
  let [missed, pause] = [0, 0];
  for (const [name, goal, asked] of all) {
    note(`${name}: ${asked.neurons} neurons, a step of ${asked.dt * 1000} ms, for ${seconds} s`);
    const told = await (asked.place === 'socket' ? withBoard(asked) : measured(asked));
    const { p99, bins: _, ...fields } = told;
    note(picture(name, told));
    rows.push(row(name, p99, 'ms', goal, fields));
    if (asked.place === 'bare') continue;
    missed = Math.max(missed, told.missed / told.steps);
    pause = Math.max(pause, told.pause);
  }
  rows.push(row('loop.missed', missed, 'of all steps', '<= 0.001'));
  rows.push(row('loop.pause.max', pause, 'ms', '<= 2'));
  return rows;
}
