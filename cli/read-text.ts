import { readFileSync } from 'node:fs';
import { StorageError } from 'spikeline/problems';

/**
 * Reads a text file.
 *
 * @throws StorageError naming the file and why it cannot be read
 */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StorageError(path, `cannot be read (${(cause as Error).message})`, { cause });
  }
}
