/** Files that are being read, so that nothing is written over them. */

const open = new Map<string, number>();

/** Notes that a file is read, until the returned function is called. */
export function noteInput(path: string): () => void {
  open.set(path, (open.get(path) ?? 0) + 1);
  let noted = true;
  return () => {
    if (!noted) return;
    noted = false;
    const left = open.get(path)! - 1;
    if (left > 0) open.set(path, left);
    else open.delete(path);
  };
}

/** Files that are being read now. */
export function openInputs(): string[] {
  return [...open.keys()];
}
