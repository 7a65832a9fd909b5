/** The source `replay`: a recorded run, run again on any target and compared. */
import { type Observable, of } from 'rxjs';
import { fromPull } from '../sources/from-pull.ts';
import {
  number,
  type OptionTable,
  optionProblems,
  readAs,
  readOnce,
  refuse,
} from '../src/options.ts';
import type { Target } from '../src/pipeline/target.ts';
import { targetCheck } from '../src/pipeline/target.ts';
import { fault, type Problem, problem, within } from '../src/problems.ts';
import { type RecordedSession, sessionCheck } from '../src/sessions/recorded-session.ts';
import { type ReplayReport, replayRun } from '../src/sessions/replay.ts';

/** How a session is replayed. */
export interface ReplayOptions {
  /** Which of its runs, from 0; the first if left out. */
  readonly run?: number;
  /** How far two spikes may be apart that count as the same, seconds; 0 if left out. */
  readonly within?: number;
}

const table: OptionTable<ReplayOptions> = {
  run: number({ min: 0, whole: true }),
  within: number({ min: 0, max: 3600, unit: 'seconds' }),
};

/**
 * Runs a recorded run again on any target, from what went into it, and compares what comes out with what came out then.
 * Emits reports, the last of which (`done`) is of all. On the simulator the two are the same to the last bit; on a board, `distance` tells
 * which share of the spikes has no partner within `within`. The pipeline is the one that was recorded; where it was
 * brought to rest, it is again. What was changed on a chip in mid-run, as by a protocol, is changed again at the same time of the stream if the
 * target is a chip (`changes`, `repeated`); it must be deployed alike, since changes name cores and neurons. What a chip gave in
 * immediate mode is replayed on one that is not: inputs go there with their times.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const again = async (folder: string) => {
 *   const session = await readSession(folder);
 *   const { identical, distance } = await lastValueFrom(replay(session, simulator()));
 *   await session.close();
 *   return { identical, distance };
 * };
 * typeof again; // 'function'
 * ```
 */
export function replay(
  session: RecordedSession,
  target: Target,
  options: ReplayOptions = {},
): Observable<ReplayReport> {
  options = readOnce(options, table);
  target = readAs(target, targetCheck);
  refuse('nothing can be replayed', () => [
    ...within('session', sessionCheck(session)),
    ...within('target', [...targetCheck(target), ...timeProblems(target)]),
    ...optionProblems(options, table),
    ...(sessionCheck(session).length > 0 ? [] : runProblems(session, options)),
  ]);
  const { run = 0, within: seconds = 0 } = options;
  const plan = { target, run: session.runs[run]!, within: Math.round(seconds * 1e6) };
  const reports = { [Symbol.asyncIterator]: () => replayRun(session, plan) };
  return fromPull(reports, { consume: (report) => of(report) });
}

/** A target that takes events as they come would be given all of them at once. */
function timeProblems(target: Target): Problem[] {
  if (target?.immediate !== true) return [];
  const what =
    'it takes events as they come, and a replay has them at once; use a target without immediate mode, which takes them with their times';
  return [fault('', 'unsupported', what)];
}

function runProblems({ runs }: RecordedSession, { run = 0 }: ReplayOptions): Problem[] {
  if (run < runs.length) return [];
  const there = runs.length === 0 ? 'no run of a pipeline was recorded' : `${runs.length} were`;
  return [problem('run', 'out-of-range', run, `${there}; session.target(target) records them`)];
}
