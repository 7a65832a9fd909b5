/** What a command records of its streams: in one recording, or in a session's folder. */
import { lossCounter } from 'spikeline/events';
import {
  isRecordingPath,
  openSession,
  placeProblem,
  type Session,
  type SessionEnd,
} from 'spikeline/loop';
import { problem } from 'spikeline/problems';
import type { OptionSpecs } from '../arguments.ts';
import type { StopSignal } from '../terminal.ts';
import type { OptionReader } from './options.ts';
import { checkOutput } from './sink.ts';

/** The option of all commands that stream. */
export const recordOption: OptionSpecs = {
  record: {
    value: 'PATH',
    help: "keep what streams, with all losses: FILE.spk is one recording, any other name a session's folder",
  },
};

/** Reads the option; undefined if it is not given. The reader knows why nothing can be written there. */
export function readRecord(
  reader: OptionReader,
  inputs: readonly string[] = [],
): string | undefined {
  const path = reader.text('record');
  if (path === undefined) return undefined;
  const overwrite = reader.flag('overwrite');
  if (isRecordingPath(path) || inputs.includes(path)) {
    checkOutput('--record', path, overwrite, inputs, reader);
    return path;
  }
  const found = placeProblem(path, overwrite, inputs);
  if (found !== undefined) reader.problems.push(problem('--record', 'conflict', path, found));
  return path;
}

/** A session that a command keeps; its words are those of the session. */
export interface Recorder extends Session {
  /** Ends it: with the losses of places that have no counter of their own, and why. */
  close(losses: Readonly<Record<string, number>>, end: SessionEnd): void;
}

/** Starts to record. @throws StorageError if it cannot be written */
export function recorder(
  path: string,
  config: Readonly<Record<string, unknown>>,
  overwrite: boolean,
): Recorder {
  const session = openSession(path, { config, overwrite });
  const rest = lossCounter();
  session.losses('stream', rest);
  return Object.create(session, {
    close: {
      value(losses: Readonly<Record<string, number>>, end: SessionEnd) {
        for (const [reason, count] of Object.entries(losses)) rest.add(reason, count);
        session.end(end);
      },
    },
  }) as Recorder;
}

/** Why a stream of a command ended that did not fail. */
export function endingOf(signal: StopSignal | undefined): SessionEnd {
  return signal === undefined ? { how: 'completed' } : { how: 'signal', message: signal };
}

/** Why one failed. */
export function failureOf(cause: unknown): SessionEnd {
  const { signal } = (cause ?? {}) as { readonly signal?: unknown };
  if (typeof signal === 'string') return { how: 'signal', message: signal };
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  const message = cause instanceof Error ? cause.message : String(cause);
  return { how: code === 'disconnected' ? 'disconnected' : 'error', message };
}

/** Records what a work streams, if it is asked for, and ends the recording with it, whatever becomes of it. */
export async function recording<Result>(
  keep: Recorder | undefined,
  losses: () => Readonly<Record<string, number>>,
  work: () => Promise<Result>,
  signalOf: (result: Result) => StopSignal | undefined,
): Promise<Result> {
  try {
    const result = await work();
    keep?.close(losses(), endingOf(signalOf(result)));
    return result;
  } catch (cause) {
    try {
      keep?.close(losses(), failureOf(cause));
    } catch {
      // What failed first is told.
    }
    throw cause;
  }
}
