/** Why files cannot be read, in words. */
import { StorageError } from '../errors.ts';

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  ELOOP: 'its links lead in a circle',
  EACCES: 'its permissions forbid to read it',
  EPERM: 'its permissions forbid to read it',
  EISDIR: 'it is a folder',
};

/** The error of a file that cannot be read. */
export function readFailure(path: string, cause: unknown): StorageError {
  const { code, message } = (cause ?? {}) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  const known = typeof code === 'string' && Object.hasOwn(words, code) ? words[code] : undefined;
  const why = typeof message === 'string' ? message : String(cause);
  const detail = known === undefined ? ` (${why})` : `; ${known}`;
  return new StorageError(path, `cannot be read${detail}`, { cause });
}
