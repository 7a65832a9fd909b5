/** Who waits for times of a board behind a socket. */

/** Those who wait. */
export interface AskedTimes {
  /** One more waits for a time. */
  add(at: number, reached: (at: number) => void): void;
  /** Calls who has waited for a time for the longest; one that throws ends alone. */
  reached(at: number): void;
  /** Forgets all. */
  clear(): void;
}

/** Someone who waits. */
interface Asked {
  readonly at: number;
  readonly reached: (at: number) => void;
  next: Asked | undefined;
}

/** Begins with nobody. */
export function askedTimes(): AskedTimes {
  let first: Asked | undefined;
  let last: Asked | undefined;
  /** Takes out who has waited for a time for the longest. */
  const take = (at: number): Asked | undefined => {
    let before: Asked | undefined;
    let each = first;
    while (each !== undefined && each.at !== at) {
      before = each;
      each = each.next;
    }
    if (each === undefined) return undefined;
    if (before === undefined) first = each.next;
    else before.next = each.next;
    if (each === last) last = before;
    each.next = undefined;
    return each;
  };
  return {
    add(at, reached) {
      const one: Asked = { at, reached, next: undefined };
      if (last === undefined) first = one;
      else last.next = one;
      last = one;
    },
    reached(at) {
      try {
        take(at)?.reached(at);
      } catch {
        // Whoever was told has failed; what it throws has nobody to go to.
      }
    },
    clear() {
      first = undefined;
      last = undefined;
    },
  };
}
