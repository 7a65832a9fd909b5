/** Who listens to which key of a board, for whoever has found it out entry by entry. */
import type { Listeners } from './family.ts';

/** An entry that listens. */
export interface Listener {
  /** Key of the tag on its core. */
  readonly key: number;
  /** Input channel of the circuits that it charges. */
  readonly target: number;
  /** Current that one event adds, amperes. */
  readonly current: number;
}

/** Sorts entries by key: counts, then fills, so that those of a key stay in their order. */
export function listenersOf(found: readonly Listener[], keys: number, channels: number): Listeners {
  const starts = new Uint32Array(keys + 1);
  for (const { key } of found) starts[key + 1] = starts[key + 1]! + 1;
  for (let key = 1; key < starts.length; key++) starts[key] = starts[key]! + starts[key - 1]!;
  const next = starts.slice();
  const targets = new Uint32Array(found.length);
  const currents = new Float64Array(found.length);
  for (const { key, target, current } of found) {
    const at = next[key]!;
    next[key] = at + 1;
    targets[at] = target;
    currents[at] = current;
  }
  return { starts, targets, currents, channels };
}
