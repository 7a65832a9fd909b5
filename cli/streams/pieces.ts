/** Bytes of files and of standard input, piece by piece. */
import { open } from 'node:fs/promises';
import { DataError, InvalidArgumentError } from 'spikeline';
import { openPipe, readFailure } from 'spikeline/files';
import { StorageError } from 'spikeline/problems';
import type { ByteInput } from 'spikeline/sources';

/** Bytes that are read at once. */
const pieceBytes = 2 ** 20;

/** What stands for standard input and standard output in place of a path. */
export const standard = '-';

/**
 * Gives the bytes of a file, or of what `-` stands for. What was given is written over when the next piece is asked
 * for.
 *
 * @throws StorageError naming the file and why it cannot be read
 */
export async function* piecesOf(
  path: string,
  input: ByteInput = process.stdin,
): AsyncGenerator<Uint8Array> {
  if (path === standard) return yield* input;
  const refuse = (cause: unknown): never => {
    throw readFailure(path, cause);
  };
  const pipe = await openPipe(path).catch(refuse);
  if (pipe !== undefined) return yield* pipe;
  const file = await open(path, 'r').catch(refuse);
  const piece = new Uint8Array(pieceBytes);
  try {
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, null).catch(refuse);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * Names the file in what is wrong with its content.
 *
 * @throws StorageError if the content is refused
 */
export async function naming<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof DataError || cause instanceof InvalidArgumentError)) throw cause;
    const name = path === standard ? 'standard input' : path;
    throw new StorageError(name, cause.message, { cause });
  }
}
