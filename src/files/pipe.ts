/** Named pipes as files to read. */
import { closeSync, constants, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';

/** Bytes that come while somebody writes them. */
export interface PipeInput extends AsyncIterable<Uint8Array> {
  /** Ends them, also while they are waited for. */
  destroy(): unknown;
}

/**
 * Opens a named pipe for reading; undefined if there is none at a path. A read of one like any file would hold a thread until
 * somebody writes, and with it the end of the process.
 */
export async function openPipe(path: string): Promise<PipeInput | undefined> {
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
