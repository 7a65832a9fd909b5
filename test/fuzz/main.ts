/** `npm run fuzz -- --minutes 10 [--seed 1] [--first 0] [--calls 1]`: exit code 1 where something was found. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Finding, fuzz, type Outcomes } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    calls: { type: 'string', default: `${Number.MAX_SAFE_INTEGER}` },
    child: { type: 'boolean', default: false },
  },
});
const [minutes, seed, first, calls] = [values.minutes, values.seed, values.first, values.calls].map(
  Number,
) as [number, number, number, number];

/** Calls that a child makes before it reports. */
const batch = 2000;
/** A call that takes as long hangs. */
const patience = 30_000;

/** What a child says. */
type Message =
  | { readonly call: string; readonly number: number }
  | { readonly outcome: string; readonly finding: Finding | undefined };

async function child(): Promise<void> {
  const send = (message: Message): void => void process.send?.(message);
  await fuzz({
    ...{ seed, first, calls },
    onCall: (call, number) => send({ call, number }),
    onOutcome: (_, outcome, finding) => send({ outcome, finding }),
  });
  process.disconnect?.();
}

const outcomes = new Map<string, Outcomes>();
const findings: Finding[] = [];

/** Runs a batch in a process of its own; gives the number of the next call. */
function runBatch(from: number, count: number): Promise<number> {
  return new Promise((resolve) => {
    const given = ['--child', '--seed', `${seed}`, '--first', `${from}`, '--calls', `${count}`];
    const worker = fork(fileURLToPath(import.meta.url), given, { execArgv: process.execArgv });
    let last = { call: '', number: from - 1 };
    let answered = from - 1;
    let watch: NodeJS.Timeout | undefined;
    const wait = (): void => {
      clearTimeout(watch);
      watch = setTimeout(() => {
        findings.push({ ...last, what: `hangs: no answer within ${patience / 1000} s` });
        worker.kill('SIGKILL');
      }, patience);
    };
    wait();
    worker.on('message', (message: Message) => {
      wait();
      if ('call' in message) {
        last = message;
        return;
      }
      const { outcome, finding } = message;
      if (finding !== undefined) findings.push(finding);
      const own = outcomes.get(last.call) ?? new Map<string, number>();
      own.set(outcome, (own.get(outcome) ?? 0) + 1);
      outcomes.set(last.call, own);
      answered = last.number;
    });
    worker.on('exit', (code) => {
      clearTimeout(watch);
      const known = findings.some(({ number }) => number === last.number);
      if (answered < last.number && !known)
        findings.push({ ...last, what: `ended the process, exit code ${code}` });
      resolve(last.number + 1);
    });
  });
}

async function parent(): Promise<void> {
  const end = performance.now() + minutes * 60_000;
  let next = first;
  while (next < first + calls && performance.now() < end) {
    next = await runBatch(next, Math.min(batch, first + calls - next));
  }
  for (const [name, own] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const list = [...own].sort().map(([outcome, times]) => `${outcome} ${times}`);
    process.stdout.write(`${name.padEnd(36)} ${list.join(', ')}\n`);
  }
  for (const { call, number, what } of findings) {
    const again = `npm run fuzz -- --seed ${seed} --first ${number} --calls 1`;
    process.stdout.write(`FOUND ${call}: ${what}\n  again by: ${again}\n`);
  }
  process.stdout.write(`${next - first} calls, ${findings.length} findings\n`);
  process.exitCode = findings.length > 0 ? 1 : 0;
}

await (values.child ? child() : parent());
