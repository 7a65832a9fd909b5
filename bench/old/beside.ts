import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onOneCore } from '../core.ts';
import { slowdown } from '../measure.ts';
import { type BenchRow, row } from '../rows.ts';
import type { Task } from './task.ts';

/** The commit that today is compared with. */
const past = 'f1bb240';

const tasks: readonly (readonly [name: string, task: Task])[] = [
  ...[
    { n: 2, inputs: 60, batch: 2, epochs: 4000 },
    { n: 16, inputs: 60, batch: 8, epochs: 200 },
    { n: 128, inputs: 60, batch: 16, epochs: 10 },
    { n: 256, inputs: 120, batch: 8, epochs: 8 },
    { n: 1024, inputs: 120, batch: 2, epochs: 4 },
  ].map((size) => [`old.training.${size.n}`, { kind: 'training', ...size }] as const),
  ...[
    { n: 2, runs: 2000 },
    { n: 256, runs: 20 },
    { n: 1024, runs: 2 },
    { n: 4096, runs: 1 },
  ].map((size) => [`old.forward.${size.n}`, { kind: 'forward', ...size }] as const),
  ['old.streaming', { kind: 'streaming', n: 1024, steps: 1000 }],
];

/** Most that anything may have become slower. */
const limit = 1.03;

/** Pairs of processes: at least, and at most where the first leave it open. */
const [fewest, most] = [4, 16];

/** Times that each process of a pair runs, in turn with the other. */
const turns = 8;

/** Starts one side; it is ready when this resolves. */
async function side(task: Task, folder?: string): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('side.ts', import.meta.url));
  const child = fork(script, [JSON.stringify(task), ...(folder === undefined ? [] : [folder])]);
  const [answer] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (answer !== 'ready') throw new Error(`${script} ended with exit code ${answer}`);
  return child;
}

/** Seconds of one run on a side. */
async function secondsOn(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message');
  child.send('run');
  const [seconds] = await answer;
  return seconds as number;
}

/**
 * What a pair of processes takes, now and then: the geometric mean of some turns. A process has its code and its weights in one place in memory, which may be a
 * lucky one, so its turns say less than as many processes would: all of them count as one measurement.
 */
async function onePair(task: Task, folder: string): Promise<[now: number, then: number]> {
  const now = await side(task);
  const then = await side(task, folder);
  // Whoever was started first has been idle meanwhile, and is slower in its first turn.
  for (const child of [now, then]) await secondsOn(child);
  const logs = [0, 0] satisfies [number, number];
  for (let turn = 0; turn < turns; turn++) {
    // Whoever goes first may have the cooler core: each does in every other turn.
    const order = turn % 2 === 0 ? [now, then] : [then, now];
    for (const child of order) logs[child === now ? 0 : 1]! += Math.log(await secondsOn(child));
  }
  now.kill();
  then.kill();
  return [Math.exp(logs[0]! / turns), Math.exp(logs[1]! / turns)];
}

async function compare(name: string, task: Task, folder: string): Promise<BenchRow> {
  const pairs: [number, number][] = [];
  // Only the good end may come early: a bad one could be a bad moment of the machine, or a bad place of the code in memory.
  const isOpen = (): boolean => slowdown(pairs).high > limit;
  while (pairs.length < fewest || (pairs.length < most && isOpen())) {
    pairs.push(await onePair(task, folder));
  }
  const { factor, low, high } = slowdown(pairs);
  // The goal is for the upper end; what the pairs leave open is reported, not failed.
  const met = high <= limit ? true : low > limit ? false : null;
  const fields = { n: task.n, low, high, pairs: pairs.length };
  return { ...row(name, factor, '× time', `<= ${limit}`, fields), met };
}

/**
 * Today beside the past, pair by pair on one core: time now over time then. The goal is reached if the upper
 * end of the 95 % interval is at most 1.03.
 *
 * @param given folder with a checkout of the past
 */
export async function old(
  note: (text: string) => void,
  given: string | undefined,
): Promise<BenchRow[]> {
  const folder = resolve(given ?? `../spikeline-${past}`);
  if (!existsSync(`${folder}/index.ts`) || !existsSync(`${folder}/src/kernel/binaries.ts`)) {
    note(
      `the past is skipped: ${folder} holds no built sources of it. Make it by: git worktree add ${folder} ${past} && (cd ${folder} && npm ci), and name it with --old ${folder}`,
    );
    return tasks.map(([name]) => row(name, null, '× time', `<= ${limit}`));
  }
  return onOneCore(note, async () => {
    const rows: BenchRow[] = [];
    for (const [name, task] of tasks) rows.push(await compare(name, task, folder));
    return rows;
  });
}
