import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StorageError } from 'spikeline/problems';

/**
 * Makes a folder with all its parents, one by one: the recursive form of Node 20 never returns where a
 * file system such as /proc refuses the last one.
 */
export function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path);
  } catch (cause) {
    throw new StorageError(path, `cannot be made a folder (${(cause as Error).message})`, {
      cause,
    });
  }
}

/** Writes a file whole or not at all: a crash or a full disk leaves no half file behind. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  const unfinished = `${path}.part`;
  try {
    writeFileSync(unfinished, content);
    renameSync(unfinished, path);
  } catch (cause) {
    try {
      rmSync(unfinished, { force: true });
    } catch {
      // Where even that fails, the first cause is the one to tell.
    }
    throw new StorageError(path, `cannot be written (${(cause as Error).message})`, { cause });
  }
}

/** Writes a value as JSON, whole or not at all. */
export function writeJson(path: string, value: unknown): void {
  writeWhole(path, `${JSON.stringify(value, undefined, 1)}\n`);
}
