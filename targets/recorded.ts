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
   * `same` (if left out): the input must be the recorded one, bin by bin, and be reset when it was. `any`: any input is taken, and
   * another one than the recorded is only counted.
   */
  readonly input?: 'same' | 'any';
  /** Times of the output: those of the recording (`recorded`, if left out), or moved so that it begins with the first input (`first`). */
  readonly begin?: 'recorded' | 'first';
  /** Names of the streams of input and output in a recording that is no session; `input` and `output` if left out. */
  readonly streams?: { readonly input: string; readonly output: string };
  /** Counts inputs that are not what was recorded, once for each run (`otherInput`); the target's own if left out. */
  readonly losses?: Losses;
}

/** A target that gives back what was recorded. */
export interface RecordedTarget extends Target {
  /** Runs whose input was another than the recorded one (`otherInput`), if `input` is `any`. */
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
 * Makes a target of a session, or of a recording with an `input` and an `output`. It computes nothing and gives back
 * what was recorded, for any cut of the input: rasters for rasters, packets for packets. It says beforehand that it has
 * only the pipeline and the signals that were recorded. The input must be the recorded one, unless `input` is `any`;
 * else the stream errors with a `DataError`. It cannot be reset where the recorded run was not, nor know what lies
 * beyond the recording. The session stays open while it is used.
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
