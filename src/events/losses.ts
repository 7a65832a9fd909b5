import { DataError } from '../errors.ts';
import {
  type Check,
  callback,
  having,
  isObject,
  noteBuilt,
  number,
  readBy,
  readMethods,
  refuse,
  text,
} from '../options.ts';
import { within } from '../problems.ts';

/** Counts what a stage could not pass on, by reason. */
export interface Losses {
  /** Everything lost so far. */
  readonly total: number;
  /** Lost so far, by reason. */
  readonly byReason: Readonly<Record<string, number>>;
  /** Adds to the count of a reason; nothing happens for zero. */
  add(reason: string, count: number): void;
  /**
   * Calls back after each addition until the returned function is called. What a listener throws reaches whoever
   * added, once all others have been told.
   */
  watch(listener: (losses: Losses) => void): () => void;
}

const anyCount = number({ min: 0, whole: true });

function checkCount(reason: string, count: number): void {
  refuse('nothing can be counted', () => [
    ...within('reason', text(reason)),
    ...within('count', anyCount(count)),
  ]);
}

/**
 * Makes a counter of losses. Stages that may drop something make their own or share one that is
 * given to them, so that a loss is always counted and visible.
 *
 * @example
 * ```ts
 * const losses = lossCounter();
 * losses.add('late', 2);
 * losses.byReason['late']; // 2
 * ```
 */
export function lossCounter(): Losses {
  // Without a prototype, any name is an ordinary one.
  const byReason = Object.create(null) as Record<string, number>;
  const listeners = new Set<(losses: Losses) => void>();
  const tell = (all: readonly ((losses: Losses) => void)[]): void => {
    const thrown: unknown[] = [];
    for (const listener of all) {
      try {
        if (listeners.has(listener)) listener(losses);
      } catch (cause) {
        thrown.push(cause);
      }
    }
    if (thrown.length > 0) throw thrown[0];
  };
  // Plain fields: an object with getters costs each counter a shape of its own.
  const losses: { -readonly [name in keyof Losses]: Losses[name] } = {
    total: 0,
    byReason,
    add(reason, count) {
      if (count === 0) return;
      checkCount(reason, count);
      losses.total += count;
      const before = Object.hasOwn(byReason, reason) ? byReason[reason]! : 0;
      // A reason may have a name that objects have, such as `__proto__`.
      const entry = { value: before + count, enumerable: true, writable: true, configurable: true };
      Object.defineProperty(byReason, reason, entry);
      if (listeners.size > 0) tell([...listeners]);
    },
    watch(listener) {
      refuse('nobody can be told', () => within('listener', callback(listener)));
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return noteBuilt(losses);
}

/** What is counted by now, of a counter that was not made here. */
function countsOf(losses: Losses): Record<string, number> {
  let counts: unknown;
  try {
    const { byReason } = losses;
    counts = isObject(byReason) ? { ...byReason } : undefined;
  } catch (cause) {
    throw new DataError('a counter of losses cannot be read', { cause });
  }
  if (isObject(counts) && Object.values(counts).every(Number.isSafeInteger)) {
    return counts as Record<string, number>;
  }
  throw new DataError('a counter of losses gave no counts by reason');
}

/** Reads a counter that was not made here once, bound to it; what it counts is asked for anew each time. */
function readLosses(given: Losses): object {
  const read = readMethods(given, 'add', 'watch');
  const { add, watch } = read;
  // What is no counter is refused as it is.
  if (callback(add).length > 0 || callback(watch).length > 0) return read;
  const told = (listener: (losses: Losses) => void): (() => void) => {
    const end: unknown = watch(() => listener(losses));
    if (callback(end).length === 0) return end as () => void;
    throw new DataError('watch() of a counter of losses gave no function that ends it');
  };
  const losses = {
    add,
    watch: told,
    get byReason() {
      return countsOf(given);
    },
    get total() {
      return Object.values(countsOf(given)).reduce((sum, count) => sum + count, 0);
    },
  };
  return losses;
}

/** Checks a counter of losses. */
export const lossesCheck: Check = readBy(having('a counter of losses', 'add', 'watch'), (given) =>
  readLosses(given as Losses),
);
