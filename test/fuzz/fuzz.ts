/** Calls everything with junk and tells what came of it. */
import { isObservable, lastValueFrom, take, takeUntil, timer, toArray } from 'rxjs';
import { SpikelineError } from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import type { Call } from './call.ts';
import { allCalls } from './calls.ts';
import { OwnError } from './junk.ts';
import { spoiltArguments } from './spoil.ts';

/** A call that did what none may. */
export interface Finding {
  readonly call: string;
  /** Seed and number of the call, by which it comes again. */
  readonly number: number;
  readonly what: string;
}

/** What came of one call. */
export interface Outcome {
  /** `returned`, or the name of the error. */
  readonly end: string;
  /** Time that it computed. */
  readonly milliseconds: number;
  /** Memory that it took, garbage included. */
  readonly bytes: number;
  /** What no call may do, if it did. */
  readonly wrong: string | undefined;
}

/** What came of the calls of one function. */
export interface Outcomes {
  /** How often it ended so. */
  readonly ends: Map<string, number>;
  /** Of the longest and of the largest call. */
  milliseconds: number;
  bytes: number;
}

/** Adds the outcome of a call to those of its function. */
export function note(all: Map<string, Outcomes>, call: string, outcome: Outcome): void {
  const own = all.get(call) ?? { ends: new Map<string, number>(), milliseconds: 0, bytes: 0 };
  own.ends.set(outcome.end, (own.ends.get(outcome.end) ?? 0) + 1);
  own.milliseconds = Math.max(own.milliseconds, outcome.milliseconds);
  own.bytes = Math.max(own.bytes, outcome.bytes);
  all.set(call, own);
}

/** What a run came to. */
export interface FuzzReport {
  readonly calls: number;
  /** Outcomes of each function. */
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
  readonly onOutcome?: (outcome: Outcome, finding: Finding | undefined) => void;
  /** What to call; everything if left out. */
  readonly of?: readonly Call[];
  /** Whether to go on. */
  readonly goesOn?: () => boolean;
}

const mostMilliseconds = 5000;
const mostBytes = 300e6;

/** What is held outside the heap of JavaScript, and in it. */
function held(): number {
  const { external, heapUsed } = process.memoryUsage();
  return external + heapUsed;
}

/** Time that the process has computed: what else the machine does is no matter. */
function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Items that are taken of a stream, and how long they are waited for, milliseconds. */
const mostItems = 20;
const patience = 20;

/** Runs what a call gave for a while: subscribes to streams, awaits promises, closes what is open. */
async function settled(made: unknown, given: readonly unknown[]): Promise<void> {
  // What was given back as it is may be unreadable, even for `await`, and is the caller's.
  if (given.includes(made)) return;
  const result: unknown = await made;
  if (typeof result !== 'object' || result === null) return;
  if (given.includes(result)) return;
  if (isObservable(result)) {
    const end = timer(patience);
    await lastValueFrom(result.pipe(take(mostItems), takeUntil(end), toArray()));
    return;
  }
  const close = ['close', 'end'].map((name): unknown => Reflect.get(result, name));
  const closing = close.find((one) => typeof one === 'function');
  await (closing as (() => unknown) | undefined)?.call(result);
}

/** Makes one call; gives its outcome, and what is wrong with it. */
async function tried({ name, run, sound }: Call, seed: number, round: number): Promise<Outcome> {
  // By name: what is exported besides changes nothing of it.
  const given = spoiltArguments(randomStream(seed, 'fuzz', name, round), sound) as never[];
  const before = held();
  const start = cpuMilliseconds();
  let end = 'returned';
  let wrong: string | undefined;
  let milliseconds = 0;
  let bytes = 0;
  const measure = (): void => {
    milliseconds = cpuMilliseconds() - start;
    bytes = Math.max(bytes, held() - before);
  };
  try {
    const made = run(...given);
    measure();
    await settled(made, given);
  } catch (cause) {
    if (milliseconds === 0) measure();
    const error = cause instanceof Error ? cause : new Error(`thrown: ${typeof cause}`);
    end = error.name;
    if (!(error instanceof SpikelineError || error instanceof OwnError))
      wrong = error.stack ?? error.message;
  }
  bytes = Math.max(bytes, held() - before);
  if (milliseconds > mostMilliseconds) wrong = `took ${Math.round(milliseconds)} ms`;
  if (bytes > mostBytes) wrong = `took ${Math.round(bytes / 1e6)} MB`;
  return { end, milliseconds, bytes, wrong };
}

/** Calls every function of every entry in turn. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, first = 0, calls, onCall, onOutcome, goesOn = () => true } = options;
  const { of: all = allCalls() } = options;
  const report: FuzzReport & { calls: number } = { calls: 0, outcomes: new Map(), findings: [] };
  for (let number = first; number < first + calls && goesOn(); number++) {
    const call = all[number % all.length]!;
    onCall?.(call.name, number);
    const outcome = await tried(call, seed, Math.floor(number / all.length));
    report.calls++;
    note(report.outcomes, call.name, outcome);
    const { wrong } = outcome;
    const finding = wrong === undefined ? undefined : { call: call.name, number, what: wrong };
    if (finding !== undefined) report.findings.push(finding);
    onOutcome?.(outcome, finding);
  }
  return report;
}
