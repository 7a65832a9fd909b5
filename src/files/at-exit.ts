/** What is to be done when the process exits, by one listener however much that is. */

const waiting = new Set<(code: number) => void>();

function doAll(code: number): void {
  for (const work of [...waiting]) {
    try {
      work(code);
    } catch {
      // There is nobody left to be told.
    }
  }
}

/** Does something when the process exits, unless what is returned is called before. */
export function atExit(work: (code: number) => void): () => void {
  if (waiting.size === 0) process.once('exit', doAll);
  waiting.add(work);
  return () => {
    waiting.delete(work);
    if (waiting.size === 0) process.removeListener('exit', doAll);
  };
}
