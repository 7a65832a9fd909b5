/** The target `recorded`: gives back what was recorded of another target. */
import { InvalidArgumentError } from '../src/errors.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import {
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  options,
  readOnce,
  text,
} from '../src/options.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import { pipelineToJson } from '../src/pipeline/save.ts';
import { outputSignals, requestProblems } from '../src/pipeline/signals.ts';
import type { Target, TargetRequest } from '../src/pipeline/target.ts';
import { fault, type Problem, problem, within } from '../src/problems.ts';
import { playback } from '../src/sessions/playback.ts';
import type { RunStreams } from '../src/sessions/player.ts';
import { type RecordedSession, sessionCheck } from '../src/sessions/recorded-session.ts';

/** Configuration of {@link recorded}. */
export interface RecordedConfig {
  /** Which of the session's runs, from 0; the first if left out. */
  readonly run?: number;
  /**
   * Whether the input must be what was recorded, bin by bin, and rest come when it did (`same`, if left out), or whether any
   * input is taken, and that it was another one is only counted (`any`).
   */
  readonly input?: 'same' | 'any';
  /** Whether the recording has its own times (`recorded`, if left out), or begins where the first input does (`first`). */
  readonly begin?: 'recorded' | 'first';
  /** Of a recording that is no session, the streams of what went in and what came out; `input` and `output` if left out. */
  readonly streams?: { readonly input: string; readonly output: string };
  /** Counts inputs that are not what was recorded, once for each run (`otherInput`); the target's own if left out. */
  readonly losses?: Losses;
}

/** A target that gives back what was recorded. */
export interface RecordedTarget extends Target {
  /** Runs whose input was another than the recorded one, if any is taken. */
  readonly losses: Losses;
}

const streamsTable: OptionTable<NonNullable<RecordedConfig['streams']>> = {
  input: text,
  output: text,
};

const table: OptionTable<RecordedConfig> = {
  run: number({ min: 0, whole: true }),
  input: oneOf(['same', 'any']),
  begin: oneOf(['recorded', 'first']),
  streams: options(streamsTable, 'input', 'output'),
  losses: lossesCheck,
};

/** What is given back: of a session one of its runs, of a recording two of its streams. */
interface Source {
  readonly streams: RunStreams;
  /** The pipeline that ran; undefined if nobody says. */
  readonly pipeline: Pipeline | undefined;
  /** Signals, by name; of a recording alone, its output has whatever name. */
  readonly named: boolean;
}

function sourceOf(
  { runs }: RecordedSession,
  { run = 0, streams = { input: 'input', output: 'output' } }: RecordedConfig,
): Source {
  const { input, output } = streams;
  const found = runs[run];
  if (found !== undefined) return { streams: found, pipeline: found.pipeline, named: true };
  const outputs = { [output]: output };
  return { streams: { input, outputs, resets: 'resets' }, pipeline: undefined, named: false };
}

function problemsOf(session: unknown, config: RecordedConfig): Problem[] {
  const problems = [...within('session', sessionCheck(session)), ...optionProblems(config, table)];
  if (problems.length > 0) return problems;
  const { manifest, runs, recording } = session as RecordedSession;
  const { run = 0 } = config;
  if (manifest !== undefined && run >= runs.length) {
    return [problem('run', 'out-of-range', run, `${runs.length} runs were recorded`)];
  }
  const { streams } = sourceOf(session as RecordedSession, config);
  return [streams.input, ...Object.values(streams.outputs)].flatMap((name) =>
    recording.streams.has(name)
      ? []
      : [fault('session', 'missing', `it has no stream ${name}; nothing was recorded of it`)],
  );
}

/**
 * Makes a target of a session, or of a recording with an `input` and an `output`: it computes nothing and gives back
 * what was recorded, for any cut of the input, as rasters for rasters and as packets for packets. It says beforehand that it has only the pipeline and the
 * signals that were recorded; what comes must be what went in then, or ends in a `DataError`, unless `input` is `any`. It cannot come to
 * rest where the recorded run did not, nor know what lies beyond the recording. The session stays open while it is used.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const noise$ = poisson({ channels: 1, rate: 50, duration: 0.1, seed: 0 });
 * const again = async (folder: string) => {
 *   const session = await readSession(folder);
 *   return noise$.pipe(runOn(recorded(session), session.runs[0]!.pipeline));
 * };
 * typeof again; // 'function'
 * ```
 */
export function recorded(session: RecordedSession, config: RecordedConfig = {}): RecordedTarget {
  config = readOnce(config, table);
  const problems = problemsOf(session, config);
  if (problems.length > 0) {
    throw new InvalidArgumentError('this cannot be given back', problems);
  }
  const { input = 'same', begin = 'recorded', losses = lossCounter() } = config;
  const { streams, pipeline: known, named } = sourceOf(session, config);
  const saved = known === undefined ? undefined : pipelineToJson(known);
  /** The streams of signals by their names in a pipeline. */
  const outputsFor = (pipeline: Pipeline): Readonly<Record<string, string>> =>
    named ? streams.outputs : { [pipeline.output]: Object.values(streams.outputs)[0]! };
  const unsupported = (pipeline: Pipeline, request: TargetRequest = {}): readonly Problem[] => {
    const own = requestProblems(pipeline, request);
    if (own.length > 0) return own;
    const there = outputsFor(pipeline);
    const other = saved !== undefined && saved !== pipelineToJson(pipeline);
    return [
      ...(other ? [fault('pipeline', 'conflict', 'another pipeline was recorded')] : []),
      ...outputSignals(pipeline, request).flatMap(({ name }, i) => {
        if (Object.hasOwn(there, name)) return [];
        const needed = `it was not recorded; there are ${Object.keys(there).join(', ')}`;
        const path = request.record === undefined ? 'record' : `record[${i}]`;
        return within(path, [problem('', 'unsupported', name, needed)]);
      }),
    ];
  };
  return {
    name: 'recording',
    losses,
    unsupported,
    start(pipeline, observer, request = {}) {
      const outputs = outputsFor(pipeline);
      return playback(pipeline, observer, request, {
        session,
        streams: { ...streams, outputs },
        same: input === 'same',
        atFirst: begin === 'first',
        losses,
      });
    },
  };
}
