/** A session, or a recording alone, that is read. */
import fs from 'node:fs';
import { join } from 'node:path';
import { openRecording, type RecordingReader } from '../codecs/recording/reader.ts';
import type { LossReport } from '../codecs/recording/streams.ts';
import { DataError, InvalidArgumentError, StorageError } from '../errors.ts';
import { statOf } from '../files/folders.ts';
import { openReader } from '../files/reader.ts';
import { type Check, isBuilt, isObject, noteBuilt, refuse, text } from '../options.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { pipelineFromJson } from '../pipeline/save.ts';
import { causeText, problem, within } from '../problems.ts';
import { readManifest, type SessionManifest, type SessionRun, sessionFiles } from './manifest.ts';

/** A session that has been recorded. */
export interface RecordedSession {
  /** Its folder, or the file of a recording alone. */
  readonly path: string;
  /** What is known of it; undefined of a recording alone. */
  readonly manifest: SessionManifest | undefined;
  /** Runs of pipelines in it. */
  readonly runs: readonly RecordedRun[];
  /** Its streams. */
  readonly recording: RecordingReader;
  /** Whether it is closed. */
  readonly closed: boolean;
  /** What was lost, by place and reason. */
  losses(): Promise<Readonly<Record<string, number>>>;
  /** Closes the file; what is being read ends in an error. */
  close(): Promise<void>;
}

/** A run of a pipeline in a session. */
export type RecordedRun = Omit<SessionRun, 'pipeline'> & { readonly pipeline: Pipeline };

/** Whether a path is the folder of a session. */
function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

function readText(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StorageError(path, `cannot be read (${causeText(cause)})`, { cause });
  }
}

/** Names the file in what is wrong with its content. */
function naming<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof DataError || cause instanceof InvalidArgumentError)) throw cause;
    throw new StorageError(path, cause.message, { cause });
  }
}

function runsOf(folder: string, { runs }: SessionManifest): RecordedRun[] {
  const pipelines = new Map<string, Pipeline>();
  return runs.map((run) => {
    const path = join(folder, run.pipeline);
    const pipeline = pipelines.get(path) ?? naming(path, () => pipelineFromJson(readText(path)));
    pipelines.set(path, pipeline);
    return { ...run, pipeline };
  });
}

/**
 * Reads a session, or a recording alone (`.spk`): what is known of it at once, its streams piece by piece. A session
 * that was cut off, as by a crash, is read up to the last whole chunk, and says in `manifest.ended` that nobody ended it.
 *
 * @param path the folder of a session, or a recording
 * @throws StorageError if it is none, or cannot be read
 */
export async function readSession(path: string): Promise<RecordedSession> {
  refuse('no session can be read', () => within('path', text(path)));
  const folder = isFolder(path);
  const about = join(path, sessionFiles.manifest);
  if (folder && !fs.existsSync(about)) {
    throw new StorageError(path, `is no session; there is no ${sessionFiles.manifest} in it`);
  }
  const manifest = folder ? naming(about, () => readManifest(readText(about))) : undefined;
  const runs = manifest === undefined ? [] : runsOf(path, manifest);
  const file = await openReader(folder ? join(path, sessionFiles.streams) : path);
  try {
    const recording = await openRecording((offset, length) => file.read(offset, length), file.size);
    let closed = false;
    return noteBuilt({
      path,
      manifest,
      runs,
      recording,
      get closed() {
        return closed;
      },
      losses: () => lossesIn(recording),
      close() {
        closed = true;
        return file.close();
      },
    });
  } catch (cause) {
    await file.close();
    if (cause instanceof DataError) throw new StorageError(file.path, cause.message, { cause });
    throw cause;
  }
}

/** Checks that something is what {@link readSession} gave. */
export const sessionCheck: Check = (value) =>
  isObject(value) && isBuilt(value) && 'runs' in value && 'recording' in value
    ? []
    : [problem('', 'wrong-type', value, 'what readSession gives is needed')];

/** Sums up what streams of losses say. */
async function lossesIn(recording: RecordingReader): Promise<Record<string, number>> {
  const sums = new Map<string, number>();
  const all = [...recording.streams.values()];
  const streams = all.filter(({ kind }) => kind === 'losses').map(({ name }) => name);
  for await (const { item } of recording.items({ streams })) {
    for (const [reason, count] of Object.entries((item as LossReport).byReason)) {
      sums.set(reason, (sums.get(reason) ?? 0) + count);
    }
  }
  return Object.fromEntries(sums);
}
