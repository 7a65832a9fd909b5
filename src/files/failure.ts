/** Why files cannot be read, in words. */
import { isObject } from '../checks.ts';
import { StorageError } from '../errors.ts';
import { readOnce } from '../options.ts';
import { causeText } from '../problems.ts';

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
  const { code } = (isObject(cause) ? readOnce(cause, { code: 0 }) : {}) as {
    readonly code?: unknown;
  };
  const known = typeof code === 'string' && Object.hasOwn(words, code) ? words[code] : undefined;
  const detail = known === undefined ? ` (${causeText(cause)})` : `; ${known}`;
  return new StorageError(path, `cannot be read${detail}`, { cause });
}
