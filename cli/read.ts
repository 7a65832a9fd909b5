import { readFileSync } from 'node:fs';
import { DataError, InvalidArgumentError, UnsupportedPipelineError } from 'spikeline';
import { readFailure } from 'spikeline/files';
import { StorageError } from 'spikeline/problems';

/**
 * Reads a file.
 *
 * @throws StorageError naming the file and why it cannot be read
 */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw readFailure(path, cause);
  }
}

/**
 * Reads a text file.
 *
 * @throws StorageError naming the file and why it cannot be read
 */
export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}

/**
 * Names the file in what is wrong with its content.
 *
 * @throws StorageError if `read` refuses the content
 */
export function reading<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    const refused =
      cause instanceof DataError ||
      cause instanceof InvalidArgumentError ||
      cause instanceof UnsupportedPipelineError;
    if (!refused) throw cause;
    throw new StorageError(path, cause.message, { cause });
  }
}
