/** Files that are being read, so that nothing is written over them. */

const open = new Map<string, number>();
const watching = new Set<Set<string>>();

/** Notes that a file is read, until the returned function is called. */
export function noteInput(path: string): () => void {
  open.set(path, (open.get(path) ?? 0) + 1);
  for (const seen of watching) seen.add(path);
  let noted = true;
  return () => {
    if (!noted) return;
    noted = false;
    const left = open.get(path)! - 1;
    if (left > 0) open.set(path, left);
    else open.delete(path);
  };
}

/** Files that are, or have been, read since the watch began. */
export interface InputWatch {
  /** Gives their paths, and ends the watch. */
  end(): string[];
}

/** Watches which files are read from now on. */
export function watchInputs(): InputWatch {
  const seen = new Set(open.keys());
  watching.add(seen);
  return {
    end() {
      watching.delete(seen);
      return [...seen];
    },
  };
}
