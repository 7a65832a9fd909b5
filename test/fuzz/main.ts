/** `npm run fuzz -- --minutes 10 [--seed 1] [--first 0] [--calls 1]`: exit code 1 where something was found. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { allCalls, writingCalls } from './calls.ts';
import { type Finding, fuzz, note, type Outcome, type Outcomes } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    calls: { type: 'string', default: `${Number.MAX_SAFE_INTEGER}` },
    folder: { type: 'string' },
  },
});
const [minutes, seed, first, calls] = [values.minutes, values.seed, values.first, values.calls].map(
  Number,
) as [number, number, number, number];

/** Calls that a child makes before it reports. */
const batch = 2000;
/** A call that takes as long hangs, milliseconds. */
const patience = 30_000;
/** Starting takes a while on a busy machine. */
const startPatience = 180_000;

/** What a child says. */
type Message =
  | { readonly unheard: string }
  | { readonly call: string; readonly number: number }
  | { readonly done: true }
  | { readonly outcome: Outcome; readonly finding: Finding | undefined };

async function child(folder: string): Promise<void> {
  // What is written, as names of files are among the junk, is written where it harms nobody.
  process.chdir(folder);
  // Without a parent nobody hears of anything. Whatever junk has left on a timer ends with it.
  process.on('disconnect', () => process.exit(0));
  const send = (message: Message): void => void process.send?.(message);
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (cause: unknown) => {
      const what = `${event}: ${cause instanceof Error ? (cause.stack ?? cause.message) : typeof cause}`;
      send({ unheard: what });
    });
  }
  await fuzz({
    ...{ seed, first, calls, of: [...allCalls(), ...writingCalls()] },
    onCall: (call, number) => send({ call, number }),
    onOutcome: (outcome, finding) => send({ outcome, finding }),
  });
  // What was said before is only sure to be heard once this has been taken.
  await new Promise<void>((resolve) => {
    process.send?.({ done: true } satisfies Message, undefined, undefined, () => resolve());
  });
  process.disconnect?.();
}

const outcomes = new Map<string, Outcomes>();
const findings: Finding[] = [];
let running: ChildProcess | undefined;
let stopped = false;

/** Runs a batch in a process of its own; gives the number of the next call. */
function runBatch(from: number, count: number, folder: string): Promise<number> {
  return new Promise((resolve) => {
    const given = [
      '--folder',
      folder,
      '--seed',
      `${seed}`,
      '--first',
      `${from}`,
      '--calls',
      `${count}`,
    ];
    const worker = fork(fileURLToPath(import.meta.url), given, { execArgv: process.execArgv });
    running = worker;
    let last = { call: '', number: from - 1 };
    let watch: NodeJS.Timeout | undefined;
    const wait = (longest = patience): void => {
      clearTimeout(watch);
      watch = setTimeout(() => {
        findings.push({ ...last, what: `hangs: no answer within ${longest / 1000} s` });
        worker.kill('SIGKILL');
      }, longest);
    };
    let done = false;
    wait(startPatience);
    worker.on('message', (message: Message) => {
      wait();
      if ('done' in message) {
        done = true;
        return;
      }
      if ('unheard' in message) {
        findings.push({ ...last, what: message.unheard });
        return;
      }
      if ('call' in message) {
        last = message;
        return;
      }
      const { outcome, finding } = message;
      if (finding !== undefined) findings.push(finding);
      note(outcomes, last.call, outcome);
    });
    // What it said last may be heard only after it has ended.
    const exited = once(worker, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    void Promise.all([exited, once(worker, 'disconnect')]).then(([[code, signal]]) => {
      clearTimeout(watch);
      const known = stopped || findings.some(({ number }) => number === last.number);
      if (!done && !known) findings.push({ ...last, what: `ended the process: ${code ?? signal}` });
      resolve(last.number + 1);
    });
  });
}

async function parent(): Promise<void> {
  const end = performance.now() + minutes * 60_000;
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-fuzz-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  // The batch that runs ends by the same signal, and what was found is said.
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      stopped = true;
      running?.kill('SIGKILL');
    });
  }
  let next = first;
  while (!stopped && next < first + calls && performance.now() < end) {
    next = await runBatch(next, Math.min(batch, first + calls - next), folder);
  }
  const sums = new Map<string, number>();
  for (const [name, { ends, milliseconds, bytes }] of [...outcomes].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    const list = [...ends].sort().map(([end, times]) => `${end} ${times}`);
    for (const [end, times] of ends) sums.set(end, (sums.get(end) ?? 0) + times);
    const most = `${Math.ceil(milliseconds)} ms, ${Math.ceil(bytes / 1e6)} MB at most`;
    process.stdout.write(`${name.padEnd(36)} ${list.join(', ')}; ${most}\n`);
  }
  for (const { call, number, what } of findings) {
    const again = `npm run fuzz -- --seed ${seed} --first ${number} --calls 1`;
    process.stdout.write(`FOUND ${call}: ${what}\n  again by: ${again}\n`);
  }
  const all = [...outcomes.values()];
  const longest = Math.max(...all.map(({ milliseconds }) => milliseconds));
  const largest = Math.max(...all.map(({ bytes }) => bytes));
  const ends = [...sums].sort(([, a], [, b]) => b - a).map(([end, times]) => `${end} ${times}`);
  process.stdout.write(
    `${next - first} calls of ${all.length} functions: ${ends.join(', ')}; the longest took ${Math.ceil(longest)} ms, the largest ${Math.ceil(largest / 1e6)} MB; ${findings.length} findings\n`,
  );
  process.exitCode = findings.length > 0 ? 1 : 0;
}

await (values.folder === undefined ? parent() : child(values.folder));
