/** Named pipes as files to read. */
import { closeSync, constants, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

/** Bytes that come while somebody writes them. */
export interface PipeInput extends AsyncIterable<Uint8Array> {
  /** Ends them, also while they are waited for. */
  destroy(): unknown;
}

/**
 * Opens a named pipe for reading; undefined if there is none at a path. A read of one like any file would hold a thread until
 * somebody writes, and with it the end of the process.
 *
 * In a worker there is none either: Node notes the number of each file that a worker opens by itself and closes it when the worker ends,
 * though the socket has closed it long before and it is somebody else's by then.
 */
export async function openPipe(path: string): Promise<PipeInput | undefined> {
  if (!isMainThread) return undefined;
  const found = await stat(path).catch(() => undefined);
  if (found?.isFIFO() !== true) return undefined;
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return new Socket({ fd: handle, readable: true, writable: false });
  } catch (cause) {
    closeSync(handle);
    throw cause;
  }
}
