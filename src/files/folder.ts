/** A folder of results, which one run at a time writes to. */
import fs from 'node:fs';
import { join } from 'node:path';
import { StorageError } from '../errors.ts';
import { type OptionTable, optionProblems, readOnce, refuse, text } from '../options.ts';
import { causeText, within } from '../problems.ts';
import { paths } from './arguments.ts';
import { makeFolder, removeEmpty } from './folders.ts';
import { remove } from './leftovers.ts';
import { lockName, takeLock } from './lock.ts';
import { checkFile, checkFolder } from './target.ts';
import {
  type FileWriter,
  openWriter,
  temporaryName,
  type WriterOptions,
  writeFiles,
} from './writer.ts';

/** What a folder is opened for. */
export interface FolderOptions {
  /** Names of the files that will be written, as far as they are known: looked at before the work begins. */
  readonly names?: readonly string[];
  /** Files that the same work reads, which are never written over. */
  readonly inputs?: readonly string[];
}

const table: OptionTable<FolderOptions> = { names: paths, inputs: paths };

/** A folder of results. */
export interface ResultFolder {
  /** The folder. */
  readonly path: string;
  /** Writes a file whole or not at all. @throws StorageError */
  write(name: string, content: string | Uint8Array): void;
  /** Writes several files, all or, with a full disk, none. @throws StorageError */
  writeAll(files: Readonly<Record<string, string | Uint8Array>>): void;
  /** Opens a file to be written piece by piece. @throws StorageError */
  open(name: string, options?: WriterOptions): FileWriter;
  /** Deletes files of this run's names, if they are there. */
  remove(...names: readonly string[]): void;
  /** Gives the folder free for others; takes it away if it was made here and holds nothing. */
  close(): void;
}

/** Deletes what runs left that were killed in the middle of a file. */
function sweep(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    if (temporaryName.test(name)) remove(join(folder, name));
  }
}

/**
 * Opens a folder for the results of a run: makes it, takes its lock, and finds out whether everything can
 * be written, before any work begins.
 *
 * @throws StorageError if it cannot be used, another run writes to it, or a result would go over an input
 */
export function openFolder(path: string, options: FolderOptions = {}): ResultFolder {
  options = readOnce(options, table);
  refuse('no folder can be opened', () => [
    ...within('path', text(path)),
    ...within('options', optionProblems(options, table)),
  ]);
  const { names = [], inputs = [] } = options;
  const made = makeFolder(path);
  let release: (() => void) | undefined;
  const close = (): void => {
    release?.();
    release = undefined;
    removeEmpty(made);
  };
  const at = (name: string): string => join(path, name);
  const check = (name: string): string => {
    checkFile(at(name), inputs);
    return at(name);
  };
  try {
    checkFolder(path);
    release = takeLock(at(lockName), path);
    sweep(path);
    for (const name of names) check(name);
  } catch (cause) {
    close();
    if (cause instanceof StorageError) throw cause;
    throw new StorageError(path, `cannot be used (${causeText(cause)})`, { cause });
  }
  return {
    path,
    write: (name, content) => writeFiles(new Map([[check(name), content]])),
    writeAll: (files) =>
      writeFiles(new Map(Object.entries(files).map(([name, content]) => [check(name), content]))),
    open: (name, as) => openWriter(check(name), as),
    remove: (...gone) => {
      for (const name of gone) remove(at(name));
    },
    close,
  };
}
