/** Folders: making them, and why one cannot be used. */
import fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StorageError } from '../errors.ts';
import { causeText } from '../problems.ts';

/**
 * What is at a path, links followed; undefined if nothing is.
 *
 * @throws StorageError if the file system cannot say, as of a name that is too long
 */
export function statOf(path: string): fs.BigIntStats | undefined {
  try {
    return fs.statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (cause) {
    // Below a file there is nothing.
    if ((cause as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw new StorageError(path, `cannot be looked at (${causeText(cause)})`, { cause });
  }
}

/**
 * Makes a folder with all its parents, one by one: the recursive form of Node 20 never returns where a
 * file system such as /proc refuses the last one.
 *
 * @returns the folders that were not there before, the outermost first
 * @throws StorageError if one cannot be made
 */
export function makeFolder(path: string): string[] {
  if (path === '') throw new StorageError("''", 'is no name for a folder');
  try {
    if (statOf(path)?.isDirectory() === true) return [];
    const whole = resolve(path);
    const parent = dirname(whole);
    const made = parent === whole ? [] : makeFolder(parent);
    try {
      fs.mkdirSync(whole);
      made.push(whole);
    } catch (cause) {
      // Another run may have made it in between.
      if (statOf(whole)?.isDirectory() !== true) throw cause;
    }
    return made;
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    throw new StorageError(path, `cannot be made a folder (${causeText(cause)})`, { cause });
  }
}

/** Takes folders away again that are empty, the innermost first. */
export function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders.toReversed()) {
    try {
      fs.rmdirSync(folder);
    } catch {
      return;
    }
  }
}
