/** Locks: one run at a time writes to a place, and the lock of a run that is gone is known as such. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { StorageError } from '../errors.ts';
import { causeText } from './folders.ts';
import { remove, removeAtExit } from './leftovers.ts';

/** Who holds a lock, as its file says. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When that process began, in the ticks of its system; null if it cannot be told. */
  readonly began: string | null;
  /** When it took the lock, for people. */
  readonly since: string;
}

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = fs.constants;

/** When a process began: tells a process from a later one of the same number. */
function beginningOf(pid: number): string | null {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const { pid, host, began, since } = JSON.parse(fs.readFileSync(path, 'utf8')) as Holder;
    const sound = Number.isSafeInteger(pid) && pid > 0 && typeof host === 'string';
    return sound ? { pid, host, began, since: String(since) } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process that holds a lock is still there; of another machine that is not known. */
function alive({ pid, host, began }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
  const now = beginningOf(pid);
  return began === null || now === null || now === began;
}

/** Puts the lock there whole, at once, or not. */
function place(path: string, text: string): boolean {
  const name = `${path}.${randomBytes(6).toString('hex')}.part`;
  const fd = fs.openSync(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  removeAtExit(name);
  try {
    fs.writeFileSync(fd, text);
    fs.linkSync(name, path);
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS')
      return placePlainly(path, text);
    throw cause;
  } finally {
    fs.closeSync(fd);
    remove(name);
  }
}

/** The same where a file system has no second names for a file. */
function placePlainly(path: string, text: string): boolean {
  let fd: number;
  try {
    fd = fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
  try {
    fs.writeFileSync(fd, text);
  } finally {
    fs.closeSync(fd);
  }
  return true;
}

/** Takes a lock away whose holder is gone, unless another run took its place meanwhile. */
function clear(path: string, stale: string | undefined): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    fs.renameSync(path, aside);
  } catch {
    return;
  }
  try {
    if (textOf(aside) !== stale) fs.linkSync(aside, path);
  } finally {
    remove(aside);
  }
}

function textOf(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Takes a lock: a file that says which process holds it. Goes when the process ends; one whose process was
 * killed is taken over.
 *
 * @param path the file
 * @param guarded what it guards, for the message
 * @returns what gives it back
 * @throws StorageError if a run that is alive holds it, or the file cannot be made
 */
export function takeLock(path: string, guarded: string): () => void {
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    began: beginningOf(process.pid),
    since: new Date().toISOString(),
  };
  const text = `${JSON.stringify(own)}\n`;
  // Several may find the same stale lock; one of them wins each round.
  for (let round = 0; round < 5; round++) {
    try {
      if (place(path, text)) {
        removeAtExit(path);
        return () => remove(path);
      }
    } catch (cause) {
      throw new StorageError(guarded, `cannot be written (${causeText(cause)})`, { cause });
    }
    const found = textOf(path);
    const holder = readHolder(path);
    if (holder !== undefined && alive(holder)) {
      const where = holder.host === own.host ? '' : ` on ${holder.host}`;
      throw new StorageError(
        guarded,
        `another run writes there (process ${holder.pid}${where}, since ${holder.since}); wait for it or name another place${where === '' ? '' : `, or delete ${path} if that run is gone`}`,
      );
    }
    clear(path, found);
  }
  throw new StorageError(guarded, `several runs want it at once; ${path} is their lock`);
}
