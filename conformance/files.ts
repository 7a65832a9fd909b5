import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError } from '../src/errors.ts';

/** Reads a JSON file. */
export function readJson<T>(folder: string, ...path: string[]): T {
  const file = join(folder, ...path);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (cause) {
    throw new StorageError(file, `cannot be read as JSON (${(cause as Error).message})`, { cause });
  }
}

/** Reads a file of little-endian float64. */
export function readFloats(folder: string, ...path: string[]): Float64Array {
  const file = join(folder, ...path);
  try {
    const bytes = readFileSync(file);
    return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  } catch (cause) {
    throw new StorageError(file, `cannot be read (${(cause as Error).message})`, { cause });
  }
}

/** Names of the JSON files in a folder, without their ending. */
export function jsonNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

/** Whether a path is there. */
export function isThere(folder: string, path: string): boolean {
  return existsSync(join(folder, path));
}
