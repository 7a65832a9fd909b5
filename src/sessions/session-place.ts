/** Where a session is written: a folder, or, if its name ends in `.spk`, a recording alone. */
import fs from 'node:fs';
import { join } from 'node:path';
import { StorageError } from '../errors.ts';
import { paths } from '../files/arguments.ts';
import { openFile } from '../files/file.ts';
import { openFolder } from '../files/folder.ts';
import { statOf } from '../files/folders.ts';
import { sameFile } from '../files/target.ts';
import { type FileWriter, openWriter } from '../files/writer.ts';
import { watchInputs } from '../open-inputs.ts';
import { flag, refuse, text } from '../options.ts';
import { shown, within } from '../problems.ts';
import { sessionFiles } from './manifest.ts';

/** A place that one session at a time is written to. */
export interface SessionPlace {
  readonly path: string;
  /** Opens the recording of its streams. @throws StorageError */
  open(): FileWriter;
  /** Keeps a file beside it, if there is room for one. @throws StorageError */
  keep(name: string, text: string): void;
  /** Gives the place free. */
  close(): void;
}

/**
 * Whether a path is that of a recording alone, rather than of a session's folder.
 *
 * @throws InvalidArgumentError if it is no text
 * @example
 * ```ts
 * isRecordingPath('run.spk'); // true
 * ```
 */
export function isRecordingPath(path: string): boolean {
  refuse('this is no path', () => within('path', text(path)));
  return path.toLowerCase().endsWith('.spk');
}

/** Claims a place. @throws StorageError if it cannot be used, or holds something that may not be overwritten */
export function openPlace(path: string, overwrite: boolean): SessionPlace {
  const place = isRecordingPath(path) ? fileAt : folderAt;
  // What is read just now is never written over.
  return place(path, overwrite, watchInputs().end());
}

function fileAt(path: string, overwrite: boolean, inputs: readonly string[]): SessionPlace {
  const file = openFile(path, inputs);
  if (!overwrite && fs.existsSync(path)) {
    file.close();
    throw new StorageError(
      path,
      'is there already; name another, or say that it may be overwritten',
    );
  }
  let writer: FileWriter | undefined;
  return {
    path,
    // There once something has come: what fails before leaves no file.
    open: () => ({
      path,
      get bytes() {
        return writer?.bytes ?? 0;
      },
      write(content) {
        writer ??= openWriter(path, { as: 'growing' });
        writer.write(content);
      },
      close: () => writer?.close(),
      discard: () => writer?.discard(),
    }),
    // What is known of a recording stands in its header.
    keep() {},
    close: file.close,
  };
}

/** Names of the files that a session in a folder is, as far as it can be told beforehand. */
function namesIn(path: string): string[] {
  const pipelines =
    statOf(path)?.isDirectory() === true
      ? fs.readdirSync(path).filter((name) => /^pipeline(-\d+)?\.json$/.test(name))
      : [];
  return [...Object.values(sessionFiles), ...pipelines];
}

function folderAt(path: string, overwrite: boolean, inputs: readonly string[]): SessionPlace {
  const folder = openFolder(path, { names: namesIn(path), inputs });
  const there = Object.values(sessionFiles).filter((name) => fs.existsSync(join(path, name)));
  if (there.length > 0 && !overwrite) {
    folder.close();
    const why = 'holds a session already; name another folder, or say that it may be overwritten';
    throw new StorageError(path, why);
  }
  if (there.length > 0) folder.remove(...namesIn(path));
  return {
    path,
    open: () => folder.open(sessionFiles.streams, { as: 'growing' }),
    keep(name, text) {
      try {
        folder.write(name, text);
      } catch (cause) {
        if (!(cause instanceof StorageError && wroteOver(join(path, name), text))) throw cause;
      }
    },
    close: folder.close,
  };
}

/** Writes over a file in its place, which a full disk has room for if it is no longer than what stands there; gives whether it could. */
function wroteOver(path: string, text: string): boolean {
  const content = Buffer.from(text);
  let fd: number | undefined;
  try {
    fd = fs.openSync(path, fs.constants.O_RDWR | (fs.constants.O_NOFOLLOW ?? 0));
    const { size } = fs.fstatSync(fd);
    if (content.length > size) return false;
    fs.writeSync(
      fd,
      Buffer.concat([content, Buffer.alloc(size - content.length, ' ')]),
      0,
      size,
      0,
    );
    return true;
  } catch {
    return false;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/**
 * Says why no session's folder can be at a path, without touching it; undefined if nothing is known to be in the way.
 *
 * @param inputs files that the same work reads or writes by itself, which are no part of the session
 * @throws InvalidArgumentError if it is no path
 * @example
 * ```ts
 * placeProblem('runs/of-today', false); // undefined
 * ```
 */
export function placeProblem(
  path: string,
  overwrite: boolean,
  inputs: readonly string[] = [],
): string | undefined {
  refuse('this is no path', () => [
    ...within('path', text(path)),
    ...within('overwrite', flag(overwrite)),
    ...within('inputs', paths(inputs)),
  ]);
  let kind: fs.Stats | undefined;
  try {
    kind = fs.statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    return `it cannot be looked at: ${shown((cause as Error).message)}`;
  }
  if (kind === undefined) return undefined;
  if (!kind.isDirectory())
    return 'it is a file; a session is a folder, and a recording ends in .spk';
  const read = inputs.find((input) =>
    namesIn(path).some((name) => sameFile(join(path, name), input)),
  );
  if (read !== undefined) return `${shown(read)} is used, and would be written over; name another`;
  const holds = fs.existsSync(join(path, sessionFiles.manifest));
  return holds && !overwrite
    ? 'it holds a session already; name another, or say --overwrite'
    : undefined;
}
