/** Whether a file may be written, found out before any work begins. */
import fs from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { StorageError } from '../errors.ts';
import { refusePaths } from './arguments.ts';
import { makeFolder, statOf } from './folders.ts';
import { refuseHeld } from './lock.ts';
import { tryBeside } from './writer.ts';

/** Whether two paths lead to one file, by other letters or through links too; also of files that are yet to be made. */
export function sameFile(path: string, other: string): boolean {
  if (resolve(path) === resolve(other)) return true;
  const [one, two] = [statOf(path), statOf(other)];
  return one !== undefined && two !== undefined && one.ino === two.ino && one.dev === two.dev;
}

/** Folders in which a system shows devices and processes as files. */
function isOfTheSystem(folder: string): boolean {
  const whole = fs.realpathSync(folder);
  return whole === '/dev' || ['/proc', '/sys'].some((of) => `${whole}${sep}`.startsWith(`${of}/`));
}

/**
 * Refuses what cannot be written, or what is read too, without touching it.
 *
 * @param path the file; its folder is there
 * @param inputs files that the same work reads
 * @throws StorageError
 */
export function checkFile(path: string, inputs: readonly string[] = []): void {
  const refuse = (why: string, cause?: unknown): never => {
    throw new StorageError(path, why, { cause });
  };
  for (const input of inputs) {
    if (sameFile(path, input))
      refuse(`would be written over, and is read (${input}); name another`);
  }
  const there = statOf(path);
  if (there === undefined) return;
  if (there.isDirectory()) refuse('cannot be written; it is a folder');
  if (!there.isFile()) refuse('cannot be written; it is no file but a device, pipe or socket');
  try {
    fs.accessSync(path, fs.constants.W_OK);
  } catch (cause) {
    refuse('cannot be written; its permissions forbid it', cause);
  }
}

/**
 * Finds out whether a file can be written, before the work that makes its content: makes its folder, and
 * a file in it that goes at once.
 *
 * @param path the file
 * @param inputs files that the same work reads
 * @returns folders that were made for it
 * @throws StorageError saying why it cannot
 */
export function checkTarget(path: string, inputs: readonly string[] = []): string[] {
  refusePaths(path, inputs);
  if (path === '') throw new StorageError("''", 'is no name for a file');
  if (path.endsWith('/') || path.endsWith(sep)) {
    throw new StorageError(path, 'cannot be written; it names a folder');
  }
  const folder = dirname(resolve(path));
  const made = makeFolder(folder);
  checkFolder(folder, path);
  checkFile(path, inputs);
  refuseHeld(path);
  tryBeside(path);
  return made;
}

/** Refuses a folder that is no place for files. */
export function checkFolder(folder: string, path: string = folder): void {
  if (isOfTheSystem(folder)) {
    throw new StorageError(path, 'cannot be written; the system keeps that folder for itself');
  }
}
