/** Work that is not entered again while it is being done. */

/**
 * Makes `take` safe against whoever hands over an item while another is being taken: it is taken after that one, in
 * the order in which they came. If `take` throws, whoever began is told, and what waits is forgotten.
 */
export function serial<T>(take: (item: T) => void): (item: T) => void {
  const waiting: T[] = [];
  let busy = false;
  return (item) => {
    if (busy) {
      waiting.push(item);
      return;
    }
    busy = true;
    try {
      take(item);
      for (let at = 0; at < waiting.length; at++) take(waiting[at] as T);
    } finally {
      busy = false;
      if (waiting.length > 0) waiting.length = 0;
    }
  };
}
