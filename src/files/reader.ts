/** A file that is read at any place. */
import { type FileHandle, open } from 'node:fs/promises';
import { DeviceError, StorageError } from '../errors.ts';
import { refuse, text } from '../options.ts';
import { within } from '../problems.ts';
import { readFailure } from './failure.ts';

/** A file that is open for reading. */
export interface FileReader {
  /** Where it is. */
  readonly path: string;
  /** Bytes that were there when it was opened. */
  readonly size: number;
  /**
   * Gives `length` bytes from `offset` on; fewer only if the end comes before.
   *
   * @throws StorageError if they cannot be read
   * @throws DeviceError `disconnected` if it is closed
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Closes it; may be called twice. */
  close(): Promise<void>;
}

/** Opens a file for reading at any place. @throws StorageError if it cannot be read */
export async function openReader(path: string): Promise<FileReader> {
  refuse('no file can be read', () => within('path', text(path)));
  const failed = (cause: unknown): never => {
    throw readFailure(path, cause);
  };
  let file: FileHandle | undefined = await open(path, 'r').catch(failed);
  const close = async (): Promise<void> => {
    const closing = file;
    file = undefined;
    await closing?.close();
  };
  const about = await file.stat();
  if (!about.isFile()) {
    await close();
    throw new StorageError(path, 'cannot be read; it is no file');
  }
  return {
    path,
    size: about.size,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, about.size - offset)));
      let at = 0;
      while (at < bytes.length) {
        if (file === undefined) {
          throw new DeviceError('disconnected', `${path} is closed; open it again`);
        }
        const { bytesRead } = await file
          .read(bytes, at, bytes.length - at, offset + at)
          .catch(failed);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return bytes.subarray(0, at);
    },
    close,
  };
}
