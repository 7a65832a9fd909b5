/** Who listens to which key of a board, for whoever has found it out entry by entry. */
import type { Listeners } from './family.ts';

/** Entries that listen, as they are found. */
export interface FoundListeners {
  /**
   * Adds an entry.
   *
   * @param key key of the tag on its core
   * @param target input channel of the circuits that it charges
   * @param current what one event adds, amperes
   */
  add(key: number, target: number, current: number): void;
  /** Sorts the entries by key, of so many keys; those of a key stay in their order. */
  sorted(keys: number, channels: number): Listeners;
}

/** Begins with no entry. There may be 262 144, so no object is made of one. */
export function foundListeners(): FoundListeners {
  let keys = new Uint32Array(256);
  let targets = new Uint32Array(256);
  let currents = new Float64Array(256);
  let count = 0;
  const grow = (): void => {
    const [fewKeys, fewTargets, fewCurrents] = [keys, targets, currents];
    keys = new Uint32Array(2 * count);
    keys.set(fewKeys);
    targets = new Uint32Array(2 * count);
    targets.set(fewTargets);
    currents = new Float64Array(2 * count);
    currents.set(fewCurrents);
  };
  return {
    add(key, target, current) {
      if (count === keys.length) grow();
      keys[count] = key;
      targets[count] = target;
      currents[count++] = current;
    },
    // Counts, then fills.
    sorted(keyCount, channels) {
      const starts = new Uint32Array(keyCount + 1);
      for (let i = 0; i < count; i++) starts[keys[i]! + 1] = starts[keys[i]! + 1]! + 1;
      for (let key = 1; key < starts.length; key++) starts[key] = starts[key]! + starts[key - 1]!;
      const next = starts.slice();
      const sorted = { targets: new Uint32Array(count), currents: new Float64Array(count) };
      for (let i = 0; i < count; i++) {
        const at = next[keys[i]!]!;
        next[keys[i]!] = at + 1;
        sorted.targets[at] = targets[i]!;
        sorted.currents[at] = currents[i]!;
      }
      return { starts, ...sorted, channels };
    },
  };
}
