/** Calls everything with junk and tells what came of it. */
import { SpikelineError } from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { allCalls, type Call } from './calls.ts';
import { spoiltArguments } from './junk.ts';

/** A call that did what none may. */
export interface Finding {
  readonly call: string;
  /** Seed and number of the call, by which it comes again. */
  readonly number: number;
  readonly what: string;
}

/** What came of the calls of one function. */
export type Outcomes = Map<string, number>;

/** What a run came to. */
export interface FuzzReport {
  readonly calls: number;
  /** Outcomes of each function: `returned`, or the name of the error. */
  readonly outcomes: Map<string, Outcomes>;
  readonly findings: Finding[];
}

/** How to run. */
export interface FuzzOptions {
  readonly seed: number;
  /** Number of the first call. */
  readonly first?: number;
  /** Calls to make at most. */
  readonly calls: number;
  /** Told the name and number before each call. */
  readonly onCall?: (name: string, number: number) => void;
  /** Told what came of it. */
  readonly onOutcome?: (name: string, outcome: string, finding: Finding | undefined) => void;
  /** Whether to go on. */
  readonly goesOn?: () => boolean;
}

const mostMilliseconds = 5000;
const mostBytes = 300e6;

/** What is held outside the heap of JavaScript, and in it. */
function held(): number {
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

/** Closes what a call has opened. */
async function tidy(result: unknown): Promise<void> {
  if (typeof result !== 'object' || result === null) return;
  const close: unknown = Reflect.get(result, 'close');
  if (typeof close === 'function') await (close as () => unknown).call(result);
}

/** Makes one call; gives its outcome, and what is wrong with it. */
async function tried(
  { run, sound }: Call,
  seed: number,
  number: number,
): Promise<readonly [string, string | undefined]> {
  const given = spoiltArguments(randomStream(seed, 'fuzz', number), sound);
  const before = held();
  const start = performance.now();
  let outcome: string;
  let wrong: string | undefined;
  try {
    await tidy(await run(...given));
    outcome = 'returned';
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    outcome = error.name;
    if (!(error instanceof SpikelineError)) wrong = error.stack ?? error.message;
  }
  const took = performance.now() - start;
  if (took > mostMilliseconds) wrong = `took ${Math.round(took)} ms`;
  const grown = held() - before;
  if (grown > mostBytes) wrong = `took ${Math.round(grown / 1e6)} MB`;
  return [outcome, wrong];
}

/** Calls every function of every entry in turn. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, first = 0, calls, onCall, onOutcome, goesOn = () => true } = options;
  const all = allCalls();
  const report: FuzzReport & { calls: number } = { calls: 0, outcomes: new Map(), findings: [] };
  for (let number = first; number < first + calls && goesOn(); number++) {
    const call = all[number % all.length]!;
    onCall?.(call.name, number);
    const [outcome, wrong] = await tried(call, seed, number);
    report.calls++;
    const own: Outcomes = report.outcomes.get(call.name) ?? new Map();
    own.set(outcome, (own.get(outcome) ?? 0) + 1);
    report.outcomes.set(call.name, own);
    const finding = wrong === undefined ? undefined : { call: call.name, number, what: wrong };
    if (finding !== undefined) report.findings.push(finding);
    onOutcome?.(call.name, outcome, finding);
  }
  return report;
}
