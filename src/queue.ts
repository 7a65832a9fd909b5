/** Queues: first in, first out. */

/**
 * What waits, oldest first. A list that is emptied forgets its memory and takes more with the next entry; a queue keeps
 * it, so that a stream whose items wait one at a time allocates nothing for that.
 */
export interface Queue<T> {
  /** How many wait. */
  readonly size: number;
  /** The oldest; undefined if none waits. */
  readonly first: T | undefined;
  /** The one that came `i` after the oldest; undefined if there is none. */
  at(i: number): T | undefined;
  /** Adds one. */
  push(item: T): void;
  /** Takes the oldest out; undefined if none waits. */
  shift(): T | undefined;
  /** Forgets all. */
  clear(): void;
}

/** Makes an empty queue: a ring that grows. */
export function queue<T>(): Queue<T> {
  let ring: (T | undefined)[] = new Array(8).fill(undefined);
  let first = 0;
  let size = 0;
  return {
    get size() {
      return size;
    },
    get first() {
      return ring[first];
    },
    at: (i) => (i < size ? ring[(first + i) & (ring.length - 1)] : undefined),
    push(item) {
      if (size === ring.length) {
        // What begins in the middle goes on at the start: the second half is free for more.
        ring = [...ring.slice(first), ...ring.slice(0, first), ...new Array(size).fill(undefined)];
        first = 0;
      }
      ring[(first + size) & (ring.length - 1)] = item;
      size++;
    },
    shift() {
      const item = ring[first];
      if (size === 0) return undefined;
      ring[first] = undefined;
      first = (first + 1) & (ring.length - 1);
      size--;
      return item;
    },
    clear() {
      ring.fill(undefined);
      size = 0;
    },
  };
}
