/** Locks: one run at a time writes to a place, and the lock of a run that is gone is known as such. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { StorageError } from '../errors.ts';
import { causeText } from '../problems.ts';
import { hiddenName } from './hidden-name.ts';
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

/** The file that says who writes to a folder. */
export const lockName = '.spikeline.lock';

/** The file that says who writes a file. */
export function fileLock(path: string): string {
  return hiddenName(path, '.lock');
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

/** What is said of a place that another run writes to. */
function held(path: string, guarded: string, { pid, host, since }: Holder): StorageError {
  const [where, orDelete] =
    host === hostname() ? ['', ''] : [` on ${host}`, `, or delete ${path} if that run is gone`];
  return new StorageError(
    guarded,
    `another run writes there (process ${pid}${where}, since ${since}); wait for it or name another place${orDelete}`,
  );
}

/** Refuses a file that another process writes, or that lies in a folder to which one writes. @throws StorageError */
export function refuseHeld(path: string): void {
  for (const lock of [fileLock(path), join(dirname(resolve(path)), lockName)]) {
    const holder = readHolder(lock);
    const own = holder?.pid === process.pid && holder.host === hostname();
    if (holder !== undefined && !own && alive(holder)) throw held(lock, path, holder);
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
    if (holder !== undefined && alive(holder)) throw held(path, guarded, holder);
    clear(path, found);
  }
  throw new StorageError(guarded, `several runs want it at once; ${path} is their lock`);
}
