/** A single file that a run writes, perhaps again and again, and nobody else meanwhile. */
import { removeEmpty } from './folders.ts';
import { fileLock, takeLock } from './lock.ts';
import { checkTarget } from './target.ts';
import { writeFiles } from './writer.ts';

/** A file of results. */
export interface ResultFile {
  /** The file. */
  readonly path: string;
  /** Writes it whole or not at all. @throws StorageError */
  write(content: string | Uint8Array): void;
  /** Gives it free for others. */
  close(): void;
}

/**
 * Claims a file for the results of a run, and finds out whether it can be written, before any work begins.
 *
 * @param inputs files that the same work reads, which are never written over
 * @throws StorageError if it cannot be written, another run writes it, or it is an input
 */
export function openFile(path: string, inputs: readonly string[] = []): ResultFile {
  const made = checkTarget(path, inputs);
  const release = takeLock(fileLock(path), path);
  return {
    path,
    write: (content) => writeFiles(new Map([[path, content]])),
    close: () => {
      release();
      removeEmpty(made);
    },
  };
}
