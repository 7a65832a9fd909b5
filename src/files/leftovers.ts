/** What must not outlive the process: temporaries and locks, which go when it ends. */
import fs from 'node:fs';
import { atExit } from './at-exit.ts';

const leftovers = new Set<string>();
let forget = (): void => {};

function clear(): void {
  for (const path of leftovers) remove(path);
}

/** Deletes a file if it is there; where that fails there is nothing left to do about it. */
export function remove(path: string): void {
  keep(path);
  try {
    fs.unlinkSync(path);
  } catch {
    // Gone already, or out of reach.
  }
}

/** Deletes a file when the process ends, unless it was removed or kept before. */
export function removeAtExit(path: string): void {
  if (leftovers.size === 0) forget = atExit(clear);
  leftovers.add(path);
}

/** Lets a file stay that `removeAtExit` was called for. */
export function keep(path: string): void {
  leftovers.delete(path);
  if (leftovers.size === 0) forget();
}
