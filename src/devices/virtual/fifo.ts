/** The bounded queues of a virtual board. */
import { wholes } from '../../events/blocks.ts';
import type { HardwareEvents } from '../link.ts';

/** A bounded queue of events: a ring of typed arrays, so that an event allocates nothing. */
export interface EventFifo {
  /** Events inside. */
  readonly size: number;
  /** Whether one more has no room. */
  readonly full: boolean;
  /** Time of the oldest event, microseconds; NaN if there is none. */
  readonly headTime: number;
  /** Word of the oldest event. */
  readonly headWord: number;
  /** Adds an event; false if there was no room. */
  push(time: number, word: number): boolean;
  /** Forgets the oldest event. */
  shift(): void;
  /** Takes all events out, their times cut to 32 bits. */
  drain(): HardwareEvents;
  /** Forgets everything. */
  clear(): void;
}

/** Makes a queue for `capacity` events. */
export function eventFifo(capacity: number): EventFifo {
  const times = new Float64Array(capacity);
  const words = new Uint32Array(capacity);
  let head = 0;
  let size = 0;
  return {
    get size() {
      return size;
    },
    get full() {
      return size === capacity;
    },
    get headTime() {
      return size === 0 ? Number.NaN : times[head]!;
    },
    get headWord() {
      return words[head]!;
    },
    push(time, word) {
      if (size === capacity) return false;
      const at = (head + size) % capacity;
      times[at] = time;
      words[at] = word;
      size++;
      return true;
    },
    shift() {
      head = (head + 1) % capacity;
      size--;
    },
    drain() {
      const timestamps = wholes(size);
      const drained = wholes(size);
      for (let i = 0; i < drained.length; i++) {
        const at = (head + i) % capacity;
        // Stores modulo 2^32, as the board's counter does.
        timestamps[i] = times[at]! % 2 ** 32;
        drained[i] = words[at]!;
      }
      head = 0;
      size = 0;
      return { timestamps, words: drained };
    },
    clear() {
      head = 0;
      size = 0;
    },
  };
}
