/** Sessions: one folder for each experiment, with all its streams and what is known of it. */
import { from, type MonoTypeOperatorFunction, Observable, tap } from 'rxjs';
import { clockCheck, type RecordedClock } from '../src/codecs/recording/streams.ts';
import { streamOf } from '../src/consumed.ts';
import type { Losses } from '../src/events/losses.ts';
import { lossesCheck } from '../src/events/losses.ts';
import type { StreamItem } from '../src/events/series.ts';
import {
  callback,
  type OptionTable,
  oneOf,
  optionProblems,
  readAs,
  readOnce,
  refuse,
  soundOptions,
  text,
} from '../src/options.ts';
import type { Target } from '../src/pipeline/target.ts';
import { targetCheck } from '../src/pipeline/target.ts';
import { within } from '../src/problems.ts';
import { endOf, type SessionEnd } from '../src/sessions/manifest.ts';
import { type RecordTargetOptions, recordingTarget } from '../src/sessions/recording-target.ts';
import { openSessionWriter, type SessionWriter } from '../src/sessions/session-writer.ts';
import {
  plain,
  planOf,
  type SessionConfig,
  sessionProblems,
  sessionTable,
} from './session-config.ts';

/** How a stream is recorded. */
export interface RecordOptions {
  /** Clock of its times; that of the host, in whole microseconds, if left out. */
  readonly clock?: RecordedClock;
}

/** A session that is being recorded. */
export interface Session {
  /** Its folder. */
  readonly path: string;
  /** Why it ended; undefined while it goes on. */
  readonly ended: SessionEnd | undefined;
  /** The newest time that a stream has said, whole microseconds; 0 before the first. */
  readonly time: number;
  /**
   * Writes what passes to the stream of a name: packets, rasters, signals, series or marks, all of one kind. Errors with
   * a `StorageError` if it cannot be written, with a `DataError` if it is something else, or if the stream is that of a run.
   */
  record<Item extends StreamItem>(
    name: string,
    options?: RecordOptions,
  ): MonoTypeOperatorFunction<Item>;
  /**
   * Makes a target that does what another does, and records its runs: the pipeline, what goes in (`input`), what comes
   * out (`output`, or the signals by name), when it was brought to rest, what was lost. Such a run can be replayed.
   */
  target<T extends Target>(target: T, options?: RecordTargetOptions): T;
  /** Writes a mark; at the newest time of all streams if none is given, whole microseconds. */
  mark(label: string, time?: number): void;
  /** Records what a counter of losses counts from now on, until the returned function is called. */
  losses(place: string, losses: Losses): () => void;
  /** Notes a plain value, such as JSON holds, under a name: the last one stays. @throws DataError once the session has ended */
  note(name: string, value: unknown): void;
  /** Ends the session and says why; only the first end counts. @throws StorageError if it could not be written */
  end(end?: SessionEnd): void;
}

const recordTable: OptionTable<RecordOptions> = { clock: clockCheck };
const targetTable: OptionTable<RecordTargetOptions> = { input: text, clock: clockCheck };
const endTable: OptionTable<SessionEnd> = {
  how: oneOf(['completed', 'unsubscribed', 'error', 'disconnected', 'signal']),
  message: text,
};

/**
 * Opens a session: a folder with `session.json` (what is known of the experiment, and why it ended), the saved
 * pipelines, and `streams.spk`, a recording of all its streams. What has come is on disk 50 ms later, whatever becomes
 * of the process; `readSession` reads it up to the last whole chunk. The folder is made, is locked while the session
 * goes on, and is never written over unless `overwrite` says so. Whoever opens a session ends it; {@link inSession} does
 * so by itself.
 *
 * A name that ends in `.spk` is not a folder but one recording. What is known of the experiment is in its header;
 * neither pipelines nor why it ended are kept.
 *
 * @throws InvalidArgumentError with all problems
 * @throws StorageError if the folder cannot be used, or holds a session
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[8]] }), dynapSim({ neurons: 1 }));
 * const noise$ = poisson({ channels: 1, rate: 50, duration: 0.1, seed: 7 });
 * const run = () => {
 *   const session = openSession('runs/first', { seed: 7 });
 *   noise$.pipe(runOn(session.target(simulator()), net)).subscribe({
 *     complete: () => session.end(),
 *   });
 * };
 * typeof run; // 'function'
 * ```
 */
export function openSession(folder: string, config: SessionConfig = {}): Session {
  config = readOnce(config, sessionTable);
  refuse('no session can be opened', () => sessionProblems(folder, config));
  return sessionOf(openSessionWriter(folder, planOf(config)));
}

/** Writes what passes; errs also if what is held cannot be written while nothing comes. */
function recording<Item extends StreamItem>(
  writer: SessionWriter,
  name: string,
  { clock }: RecordOptions,
): MonoTypeOperatorFunction<Item> {
  return (source) =>
    new Observable((subscriber) => {
      writer.names.claim(name);
      subscriber.add(writer.onFailure((cause) => subscriber.error(cause)));
      source.pipe(tap((item) => writer.write(name, item, clock))).subscribe(subscriber);
    });
}

/** Makes operators of a writer. */
export function sessionOf(writer: SessionWriter): Session {
  return {
    path: writer.path,
    get ended() {
      return writer.ended;
    },
    get time() {
      return writer.time;
    },
    record<Item extends StreamItem>(name: string, options: RecordOptions = {}) {
      options = readOnce(options, recordTable);
      refuse('nothing can be recorded', () => [
        ...within('name', text(name)),
        ...optionProblems(options, recordTable),
      ]);
      return recording<Item>(writer, name, options);
    },
    target(target, options = {}) {
      options = readOnce(options, targetTable);
      target = readAs(target, targetCheck);
      refuse('this target cannot be recorded', () => [
        ...within('target', targetCheck(target)),
        ...optionProblems(options, targetTable),
      ]);
      return recordingTarget(target, writer, options);
    },
    mark: (label, time) => writer.mark(label, time),
    losses(place, losses) {
      losses = readAs(losses, lossesCheck);
      refuse('no losses can be recorded', () => [
        ...within('place', text(place)),
        ...within('losses', lossesCheck(losses)),
      ]);
      return writer.watch(place, losses);
    },
    note(name, value) {
      let kept: unknown;
      refuse('nothing can be noted', () => {
        const problems = [...within('name', text(name)), ...within('value', plain(value))];
        // As it is now, whatever becomes of it until it is written.
        if (problems.length === 0) kept = JSON.parse(JSON.stringify(value));
        return problems;
      });
      writer.note(name, kept);
    },
    end(end = { how: 'completed' }) {
      end = soundOptions('no session can end like this', end, endTable, 'how');
      writer.end(end);
    },
  };
}

/**
 * Runs a stream within a session: opens it on subscription, and ends it, saying why, when the stream completes or
 * errors, or its subscriber leaves.
 *
 * @param build makes the stream; it may end the session itself, to say more
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[8]] }), dynapSim({ neurons: 1 }));
 * const noise$ = poisson({ channels: 1, rate: 50, duration: 0.1, seed: 7 });
 * const spikes$ = inSession('runs/noise', { seed: 7 }, (session) =>
 *   noise$.pipe(runOn(session.target(simulator()), net)),
 * );
 * typeof spikes$.subscribe; // 'function'
 * ```
 */
export function inSession<Out>(
  folder: string,
  config: SessionConfig,
  build: (session: Session) => Observable<Out>,
): Observable<Out> {
  config = readOnce(config, sessionTable);
  refuse('no session can be opened', () => [
    ...sessionProblems(folder, config),
    ...within('build', callback(build)),
  ]);
  return new Observable<Out>((subscriber) => {
    const session = openSession(folder, config);
    /** Ends the session; gives what went wrong with that. */
    const end = (why: SessionEnd): unknown => {
      try {
        session.end(why);
      } catch (cause) {
        return cause;
      }
      return undefined;
    };
    let built: Observable<Out>;
    try {
      built = from(streamOf(build(session), 'build'));
    } catch (cause) {
      end(endOf(cause));
      throw cause;
    }
    subscriber.add(
      built.subscribe({
        next: (value) => subscriber.next(value),
        error(cause: unknown) {
          end(endOf(cause));
          subscriber.error(cause);
        },
        complete() {
          const failed = end({ how: 'completed' });
          if (failed === undefined) subscriber.complete();
          else subscriber.error(failed);
        },
      }),
    );
    // After what was built has stopped: it may have had a last word.
    subscriber.add(() => void end({ how: 'unsubscribed' }));
  });
}
