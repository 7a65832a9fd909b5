/** Names of hidden files that stand beside a file for a while: its lock and its temporaries. */
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/** Bytes of a name that leave room for what is put before and behind it: file systems take 255. */
const mostBytes = 200;
/** Characters that are kept of a longer one. */
const kept = 40;

/** A hidden name beside `path`. That of a file with a long name begins like it, and is no other's. */
export function hiddenName(path: string, ending: string): string {
  const name = basename(path);
  const own =
    Buffer.byteLength(name) <= mostBytes
      ? name
      : `${name.slice(0, kept)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
  return join(dirname(path), `.${own}${ending}`);
}
